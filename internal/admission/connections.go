package admission

import (
	"net"
	"sync"
	"sync/atomic"
)

// Connections bounds how many connections of clients are open at the same time. It is safe for concurrent use.
type Connections struct {
	limit int64
	open  atomic.Int64
}

// NewConnections returns a bound of limit connections.
func NewConnections(limit int) *Connections { return &Connections{limit: int64(limit)} }

// Listen returns a listener that closes new connections over the limit at once, since a client that has to wait for
// an open connection gets no response either. A connection counts until it is closed, also as a WebSocket.
func (c *Connections) Listen(listener net.Listener) net.Listener {
	return countingListener{listener, c}
}

type countingListener struct {
	net.Listener

	connections *Connections
}

// Accept implements [net.Listener].
func (l countingListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err //nolint:wrapcheck // net/http distinguishes the listener's errors.
		}

		if l.connections.open.Add(1) <= l.connections.limit {
			return &countedConnection{
				Conn: connection, release: sync.OnceFunc(func() { l.connections.open.Add(-1) }),
			}, nil
		}

		l.connections.open.Add(-1)

		_ = connection.Close() // The client sees that it is closed; the server needs it no more.
	}
}

type countedConnection struct {
	net.Conn

	release func()
}

// Close implements [net.Conn].
func (c *countedConnection) Close() error {
	defer c.release()

	return c.Conn.Close() //nolint:wrapcheck // The caller knows the connection.
}

// CloseWrite lets net/http send an error response before it closes the connection of a client that still sends.
func (c *countedConnection) CloseWrite() error {
	if tcp, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return tcp.CloseWrite() //nolint:wrapcheck // The caller knows the connection.
	}

	return nil
}
