package testdb

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// Relay is an address that leads to a server, and later to another one, as the address of a database does after a failover.
// It is safe for concurrent use.
type Relay struct {
	listener net.Listener

	mu       sync.Mutex
	upstream string
	open     map[net.Conn]struct{}
}

// NewRelay returns a relay to an address. Close it after use.
func NewRelay(upstream string) (*Relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}

	r := &Relay{listener: listener, upstream: upstream, open: make(map[net.Conn]struct{})}

	go r.accept()

	return r, nil
}

// Address is the relay's own address.
func (r *Relay) Address() string { return r.listener.Addr().String() }

// LeadTo lets new connections lead to another address. Those that are open stay.
func (r *Relay) LeadTo(upstream string) {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.upstream = upstream
}

// Cut closes all open connections.
func (r *Relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()

	for connection := range r.open {
		_ = connection.Close() // It may be closed already.
	}
}

// Close closes the listener and all connections.
func (r *Relay) Close() error {
	err := r.listener.Close()
	r.Cut()

	return err //nolint:wrapcheck // It says what failed.
}

func (r *Relay) accept() {
	for {
		client, err := r.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}

		if err == nil {
			go r.relay(client)
		}
	}
}

func (r *Relay) relay(client net.Conn) {
	defer client.Close()

	r.mu.Lock()
	upstream := r.upstream
	r.open[client] = struct{}{}
	r.mu.Unlock()

	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()

		delete(r.open, client)
	}()

	server, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer server.Close()

	go func() {
		_, _ = io.Copy(server, client) // A closed connection ends it.
		_ = server.Close()
	}()

	_, _ = io.Copy(client, server)
}
