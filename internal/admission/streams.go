package admission

import (
	"sync"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

// Streams bounds how many subscriptions a principal may have open at the same time, and ends all of them when the
// server shuts down. It is safe for concurrent use.
type Streams struct {
	limit int

	closing chan struct{}
	running sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[principal]int
}

// NewStreams returns a bound of limit streams for each principal.
func NewStreams(limit int) *Streams {
	return &Streams{limit: limit, closing: make(chan struct{}), open: make(map[principal]int)}
}

// Enter counts a stream of the caller until leave is called. leave must be called once.
func (s *Streams) Enter(caller auth.Caller) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	key := principalOf(caller)

	switch {
	case s.closed:
		return nil, s.ClosedError()
	case s.open[key] >= s.limit:
		return nil, apierror.New(apierror.CodeRateLimited,
			"You have %d subscriptions open, which is the limit. End one first.", s.limit)
	}

	s.open[key]++
	s.running.Add(1)

	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		if s.open[key]--; s.open[key] == 0 {
			delete(s.open, key)
		}

		s.running.Done()
	}, nil
}

// EnterConnection counts a connection that carries streams, such as a WebSocket, until leave is called, so that
// [Streams.Close] waits for it. leave must be called once. The connection must end soon after [Streams.Closing] is closed.
func (s *Streams) EnterConnection() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.closed {
		return nil, s.ClosedError()
	}

	s.running.Add(1)

	return s.running.Done, nil
}

// Count returns the number of open streams.
func (s *Streams) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	sum := 0
	for _, open := range s.open {
		sum += open
	}

	return sum
}

// Closing returns a channel that is closed when the streams must end, with [Streams.ClosedError].
func (s *Streams) Closing() <-chan struct{} { return s.closing }

// ClosedError returns the error of a stream that ends because the server shuts down.
func (s *Streams) ClosedError() error {
	return apierror.New(apierror.CodeUnavailable,
		"The server is shutting down. Subscribe again; another server will respond.")
}

// Close ends all streams, lets no more in, and waits until all of them and their connections have left.
func (s *Streams) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	s.running.Wait()
}
