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

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
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
	// writeMargin is for an answer to reach a slow client after the request's own time is up.
	writeMargin = 20 * time.Second
)

// ClaimsCSVPath is the path of claim reports as CSV.
const ClaimsCSVPath = model.ClaimsCSVPath

// Config is what a server serves and within which limits.
type Config struct {
	// GraphQL handles /graphql, and ClaimsCSV handles GET requests of [ClaimsCSVPath]. The server authenticates
	// their requests first.
	GraphQL   http.Handler
	ClaimsCSV http.Handler
	// Pages are for browsers, and open to everybody who can connect; / leads to the first.
	Pages []Page
	// Authenticate verifies a token and returns its caller. Errors that it may return: *auth.TokenError,
	// auth.ErrKeysUnavailable, ErrUnknownTenant; any other is INTERNAL.
	Authenticate func(ctx context.Context, token string) (auth.Caller, error)
	// AllowedOrigins are the origins (https://admin.example.com) whose pages may call from browsers; "*" is
	// all. Pages of this server's own origin always may.
	AllowedOrigins []string
	// EndStreams ends what would last longer than a shutdown; nil if nothing does.
	EndStreams func()
	// Ready says whether the server can answer requests; it is given two seconds.
	Ready  func(ctx context.Context) error
	Logger *slog.Logger
	// Trace wraps the handler of all routes once requests have their ids; nil if nobody traces.
	Trace func(http.Handler) http.Handler
	// Served is told of each request that was answered; nil if nobody counts.
	Served func(Request)

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
}

// New returns a server that isn't running yet.
func New(config Config) *Server {
	setDefault(&config.MaxBodyBytes, defaultMaxBody)
	setDefault(&config.MaxConnections, defaultMaxConnections)
	setDefault(&config.RequestTimeout, defaultRequestTimeout)
	setDefault(&config.ShutdownTimeout, defaultShutdownTimeout)
	setDefault(&config.ReadHeaderTimeout, readHeaderTimeout)
	setDefault(&config.ReadTimeout, readTimeout)

	return &Server{config: config}
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
	mux.Handle("/graphql", s.authenticated(admission.NewBodies(s.config.MaxBodyBytes).Read(s.config.GraphQL)))

	if s.config.ClaimsCSV != nil {
		mux.Handle("GET "+ClaimsCSVPath, s.authenticated(s.config.ClaimsCSV))
	}

	for i, page := range s.config.Pages {
		mux.Handle(page.Path, page.Handler)

		if i == 0 {
			mux.Handle("GET /{$}", http.RedirectHandler(page.Path, http.StatusTemporaryRedirect))
		}
	}

	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		apierror.Write(w, r, http.StatusNotFound, apierror.CodeNotFound, "There is nothing at this path. The API is at /graphql.")
	})

	handler := s.logged(s.recovering(secured(s.crossOrigin(mux))))
	if s.config.Trace != nil {
		handler = s.config.Trace(handler)
	}

	return s.withRequestID(handler)
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
		ConnState:         admission.NewConnections(s.config.MaxConnections).Track,
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
