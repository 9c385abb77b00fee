package admission

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	// strangerTimeout is how long the server waits for the next bytes of a client that has not shown a token yet.
	strangerTimeout = 10 * time.Second
	// strangerGrace is how long a new connection stays open at least, however many others arrive: a client that has just
	// connected has this time to show its token. New connections wait for so long.
	strangerGrace = 100 * time.Millisecond
	// newcomers is the part of the connections, one in so many, that callers cannot take: new clients use them to
	// connect, and so at least get a response.
	newcomers = 8
)

// Connections bounds how many connections of clients are open at the same time, WebSockets included. It is safe for
// concurrent use.
//
// A connection belongs to a stranger until a request on it has a valid token ([Connections.Identify]). Strangers have
// no share: if there are too many connections, the oldest connection of a stranger is closed, but not before it had 100 ms
// to show a token. So each new client has time for it, however many strangers connect at once. Connections of callers are shared by tenants and
// principals ([Shares]).
type Connections struct {
	limit  int
	shares *Shares

	mu        sync.Mutex
	open      int
	strangers *list.List // Of *Connection, the oldest first.
	// freed tells that a connection was closed.
	freed chan struct{}
}

// NewConnections returns a bound of limit connections.
func NewConnections(limit int) *Connections {
	return &Connections{
		limit: limit, shares: NewShares(int64(max(1, limit-limit/newcomers))), strangers: list.New(),
		freed: make(chan struct{}, 1),
	}
}

// Listen returns a listener that closes connections over the limit at once: a client that has to wait for an open
// connection gets no response either. A connection counts until it is closed, also as a WebSocket.
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
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err //nolint:wrapcheck // net/http distinguishes the listener's errors.
		}

		if connection, ok := l.connections.add(accepted); ok {
			return connection, nil
		}

		_ = accepted.Close() // The client sees that it is closed; the server needs it no more.
	}
}

// add counts a connection. If there are too many, it closes the oldest connection of a stranger. ok is false if all
// connections are of callers.
func (c *Connections) add(accepted net.Conn) (connection *Connection, ok bool) {
	oldest, ok := c.makeRoom()
	if !ok {
		return nil, false
	}

	connection = &Connection{Conn: accepted, all: c, since: time.Now()}

	c.mu.Lock()
	c.open++
	connection.counted = true
	connection.stranger = c.strangers.PushBack(connection)
	c.mu.Unlock()

	if oldest != nil {
		_ = oldest.Close() // Its client sees that it is closed.
		// The connections accepted before read what has arrived, such as a token, before another one has to go.
		runtime.Gosched()
	}

	return connection, true
}

// makeRoom waits until one more connection may be counted. If that needs the place of a stranger's connection, it stops
// counting this one and returns it, for the caller to close. ok is false if all connections are of callers. Only one
// goroutine may call it at a time.
func (c *Connections) makeRoom() (oldest *Connection, ok bool) {
	for {
		c.mu.Lock()

		if c.open < c.limit {
			c.mu.Unlock()

			return nil, true
		}

		front := c.strangers.Front()
		if front == nil {
			c.mu.Unlock()

			return nil, false
		}

		oldest, _ = front.Value.(*Connection)

		rest := strangerGrace - time.Since(oldest.since)
		if rest <= 0 {
			c.forget(oldest)
			c.mu.Unlock()

			return oldest, true
		}

		c.mu.Unlock()

		select {
		case <-c.freed:
		case <-time.After(rest):
		}
	}
}

// forget stops counting a connection. The caller holds the lock.
func (c *Connections) forget(connection *Connection) {
	if !connection.counted {
		return
	}

	connection.counted = false
	c.open--

	select {
	case c.freed <- struct{}{}:
	default: // It is told already.
	}

	if connection.stranger != nil {
		c.strangers.Remove(connection.stranger)
		connection.stranger = nil
	}

	if connection.owned {
		c.shares.give(*connection.owner.Load(), 1)
		connection.owned = false
	}
}

// Connection is a client's connection that [Connections] counts until it is closed.
type Connection struct {
	net.Conn

	all *Connections
	// since is when it was accepted.
	since time.Time
	// owner is the principal of the last request with a token; nil for a stranger.
	owner atomic.Pointer[principal]

	// The lock of all protects the fields below.
	counted  bool
	owned    bool
	stranger *list.Element
	// readUntil is the read deadline that the server has set for a stranger.
	readUntil time.Time
}

type connectionKey struct{}

// WithConnection is for [net/http.Server.ConnContext]. It adds the connection to the context of its requests, for
// [Connections.Identify].
func WithConnection(ctx context.Context, connection net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, connection)
}

// Identify says that a request on the context's connection has this caller. The connection then counts for the
// caller's principal, until it is closed or carries a request of another principal, as the connections of a proxy
// do. It returns a [*Refusal] if the principal has more than its share of connections.
func (c *Connections) Identify(ctx context.Context, caller auth.Caller) error {
	connection, ok := ctx.Value(connectionKey{}).(*Connection)
	if !ok {
		return nil
	}

	who := principalOf(caller)
	if owner := connection.owner.Load(); owner != nil && *owner == who {
		return nil
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	if !connection.counted { // It was closed.
		return nil
	}

	if !c.shares.take(who, 1) {
		return tooManyConnections()
	}

	if connection.owned {
		c.shares.give(*connection.owner.Load(), 1)
	}

	connection.owner.Store(&who)
	connection.owned = true

	if connection.stranger != nil {
		c.strangers.Remove(connection.stranger)
		connection.stranger = nil
		// The caller may use all the time that the server gives to requests.
		_ = connection.Conn.SetReadDeadline(connection.readUntil) // It fails if the connection is closed.
	}

	return nil
}

// Authenticate returns a function that verifies a token with authenticate, and then calls Identify.
func (c *Connections) Authenticate(
	authenticate func(ctx context.Context, token string) (auth.Caller, error),
) func(ctx context.Context, token string) (auth.Caller, error) {
	return func(ctx context.Context, token string) (auth.Caller, error) {
		caller, err := authenticate(ctx, token)
		if err != nil {
			return auth.Caller{}, err
		}

		return caller, c.Identify(ctx, caller)
	}
}

// Close implements [net.Conn].
func (c *Connection) Close() error {
	err := c.Conn.Close() // First, so that no new connection takes the place of one that is still open.

	c.all.mu.Lock()
	c.all.forget(c)
	c.all.mu.Unlock()

	return err //nolint:wrapcheck // The caller knows the connection.
}

// SetReadDeadline implements [net.Conn]. A stranger gets less time.
func (c *Connection) SetReadDeadline(at time.Time) error {
	if c.owner.Load() == nil {
		c.all.mu.Lock()
		defer c.all.mu.Unlock()

		c.readUntil = at
		if latest := time.Now().Add(strangerTimeout); c.stranger != nil && (at.IsZero() || at.After(latest)) {
			at = latest
		}
	}

	return c.Conn.SetReadDeadline(at) //nolint:wrapcheck // The caller knows the connection.
}

// CloseWrite lets net/http send an error response before it closes the connection of a client that still sends.
func (c *Connection) CloseWrite() error {
	if tcp, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return tcp.CloseWrite() //nolint:wrapcheck // The caller knows the connection.
	}

	return nil
}

func tooManyConnections() *Refusal {
	return &Refusal{
		Status: http.StatusServiceUnavailable, RetryAfter: apierror.RetryAfterOverload,
		Err: apierror.New(apierror.CodeOverloaded,
			"You have too many connections open. Close some, or wait as long as Retry-After says and try again."),
	}
}
