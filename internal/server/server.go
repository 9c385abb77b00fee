// Package server is Autoclaim over HTTP: routes, limits, health, logs and shutdown.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/autoclaim/autoclaim/graph"
)

const (
	defaultMaxBody         = 1 << 20
	defaultMaxConnections  = 10_000
	defaultRequestTimeout  = 2 * time.Second
	defaultShutdownTimeout = 30 * time.Second
	readHeaderTimeout      = 5 * time.Second
	readTimeout            = 15 * time.Second
	idleTimeout            = 2 * time.Minute
	maxHeaderBytes         = 32 << 10
	readyTimeout           = 2 * time.Second
	// maxBodies bounds the bytes of all requests that are in memory at once.
	maxBodies = 64 << 20
	// writeMargin is for an answer to reach a slow client after the request's own time is up.
	writeMargin = 20 * time.Second
)

// Config is what a server serves and within which limits.
type Config struct {
	// GraphQL answers /graphql, and ClaimsCSV GET requests of ClaimsCSVPath. Their requests are authenticated.
	GraphQL       http.Handler
	ClaimsCSV     http.Handler
	ClaimsCSVPath string
	// Pages are for browsers, and open to everybody who can connect; / leads to the first.
	Pages []Page
	// Authenticate verifies a token and returns its caller. Errors that it may return: *auth.TokenError,
	// auth.ErrKeysUnavailable, ErrUnknownTenant; any other is INTERNAL.
	Authenticate func(ctx context.Context, token string) (graph.Caller, error)
	// AllowedOrigins are the origins (https://admin.example.com) whose pages may call from browsers; "*" is
	// all. Pages of this server's own origin always may.
	AllowedOrigins []string
	// EndStreams ends what would last longer than a shutdown; nil if nothing does.
	EndStreams func()
	// Ready says whether the server can answer requests; it is given two seconds.
	Ready  func(ctx context.Context) error
	Logger *slog.Logger

	// MaxBodyBytes is the largest request body; 1 MiB if zero.
	MaxBodyBytes int64
	// MaxConnections is how many clients may be connected at once; more are hung up on. 10,000 if zero.
	MaxConnections int
	// RequestTimeout is the time that verifying a token gets, and the least that an answer gets to be sent; 2
	// seconds if zero.
	RequestTimeout time.Duration
	// ShutdownTimeout is the time that requests in flight get to finish; 30 seconds if zero.
	ShutdownTimeout time.Duration
	// ReadHeaderTimeout and ReadTimeout end connections whose clients are slow to send; 5 and 15 seconds if zero.
	ReadHeaderTimeout time.Duration
	ReadTimeout       time.Duration
}

// Page answers requests of its path and below.
type Page struct {
	Path    string
	Handler http.Handler
}

// Server is an HTTP server. Run it once.
type Server struct {
	config   Config
	draining atomic.Bool
	// connections are those of clients, and bodies the bytes of requests that are in memory.
	connections atomic.Int64
	bodies      *semaphore.Weighted
}

// New returns a server that isn't running yet.
func New(config Config) *Server {
	setDefault(&config.MaxBodyBytes, defaultMaxBody)
	setDefault(&config.MaxConnections, defaultMaxConnections)
	setDefault(&config.RequestTimeout, defaultRequestTimeout)
	setDefault(&config.ShutdownTimeout, defaultShutdownTimeout)
	setDefault(&config.ReadHeaderTimeout, readHeaderTimeout)
	setDefault(&config.ReadTimeout, readTimeout)

	return &Server{config: config, bodies: semaphore.NewWeighted(max(maxBodies, config.MaxBodyBytes))}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Handler returns the handler of all routes.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("/graphql", s.authenticated(s.withBody(s.config.GraphQL)))

	if s.config.ClaimsCSV != nil {
		mux.Handle("GET "+s.config.ClaimsCSVPath, s.authenticated(s.config.ClaimsCSV))
	}

	for i, page := range s.config.Pages {
		mux.Handle(page.Path, page.Handler)

		if i == 0 {
			mux.Handle("GET /{$}", http.RedirectHandler(page.Path, http.StatusTemporaryRedirect))
		}
	}

	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		WriteError(w, r, http.StatusNotFound, graph.CodeNotFound, "There is nothing at this path. The API is at /graphql.")
	})

	return s.withRequestID(s.logged(s.recovering(secured(s.crossOrigin(mux)))))
}

// Run serves connections of the listener until ctx ends. Then it takes no more, lets requests in flight
// finish, and returns nil; if they do not finish in time, it cuts them off and returns an error.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: s.config.ReadHeaderTimeout,
		ReadTimeout:       s.config.ReadTimeout,
		WriteTimeout:      s.config.RequestTimeout + writeMargin,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnState:         s.countConnections,
		ErrorLog:          slog.NewLogLogger(s.config.Logger.Handler(), slog.LevelDebug),
	}

	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}

	s.draining.Store(true)
	s.config.Logger.Info("shutting down", "timeout", s.config.ShutdownTimeout)

	if s.config.EndStreams != nil {
		server.RegisterOnShutdown(s.config.EndStreams)
	}

	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ShutdownTimeout)
	defer cancel()

	err := server.Shutdown(drain)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests in flight did not finish in time: %w", err), server.Close())
	}

	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}

	return err
}

// countConnections hangs up on those who are too many: to let them wait would be no answer either.
func (s *Server) countConnections(connection net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if s.connections.Add(1) > int64(s.config.MaxConnections) {
			_ = connection.Close()
		}
	case http.StateHijacked, http.StateClosed:
		s.connections.Add(-1)
	default:
	}
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()

	w.Header().Set("Content-Type", "application/json; charset=utf-8")

	err := s.config.Ready(ctx)
	if err != nil || s.draining.Load() {
		s.config.Logger.WarnContext(ctx, "not ready", "draining", s.draining.Load(), "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"status":"unavailable"}` + "\n"))

		return
	}

	_, _ = w.Write([]byte(`{"status":"ready"}` + "\n"))
}
