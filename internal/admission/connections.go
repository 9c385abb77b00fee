package admission

import (
	"net"
	"net/http"
	"sync/atomic"
)

// Connections bounds how many connections of clients are open at the same time. It is safe for concurrent use.
type Connections struct {
	limit int64
	open  atomic.Int64
}

// NewConnections returns a bound of limit connections.
func NewConnections(limit int) *Connections { return &Connections{limit: int64(limit)} }

// Track is for [http.Server.ConnState]. It closes new connections over the limit, since a client that has to
// wait for an open connection gets no response either. A WebSocket no longer counts once it has been upgraded.
func (c *Connections) Track(connection net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if c.open.Add(1) > c.limit {
			_ = connection.Close()
		}
	case http.StateHijacked, http.StateClosed:
		c.open.Add(-1)
	default:
	}
}
