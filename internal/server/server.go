// Package server wires the API together and serves it over HTTP: routes, middleware, health checks and shutdown.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	defaultMaxConnections  = 10_000
	defaultRequestTimeout  = 2 * time.Second
	defaultShutdownTimeout = 30 * time.Second
	readHeaderTimeout      = 5 * time.Second
	readTimeout            = 15 * time.Second
	idleTimeout            = 2 * time.Minute
	maxHeaderBytes         = 32 << 10
	readyTimeout           = 2 * time.Second
	// writeMargin is the time to send a response to a slow client after the request has timed out.
	writeMargin = 20 * time.Second
)

// The paths of the API: of GraphQL, of the lists of claim reports as CSV, and of health checks. Proxies may give them a
// prefix ([Config.PublicPath]).
const (
	GraphQLPath         = "/graphql"
	ClaimsCSVPath       = model.ClaimsCSVPath
	MissedClaimsCSVPath = model.MissedClaimsCSVPath
	HealthPath          = "/healthz"
	ReadyPath           = "/readyz"
)

// Config is what a server serves, and its limits.
type Config struct {
	// GraphQL handles [GraphQLPath], ClaimsCSV handles GET requests of [ClaimsCSVPath], and MissedClaimsCSV those of
	// [MissedClaimsCSVPath]. The server authenticates their requests first.
	GraphQL         http.Handler
	ClaimsCSV       http.Handler
	MissedClaimsCSV http.Handler
	// Pages are for browsers. They need no token. The path / redirects to the first page.
	Pages []Page
	// PublicPath is the prefix that a proxy gives to all paths, such as /autoclaim; "" if there is none. Requests may come
	// with it or without it. Handlers see paths with it, and redirects have it.
	PublicPath string
	// TrustedProxies are the addresses of proxies that say for which client they forward a request.
	TrustedProxies []netip.Prefix
	// Authenticate verifies a token and returns its caller. It returns a *auth.TokenError, auth.ErrKeysUnavailable,
	// auth.ErrUnknownTenant or a *admission.Refusal. The response to any other error has the code that [apierror.Classify]
	// returns.
	Authenticate func(ctx context.Context, token string) (auth.Caller, error)
	// AllowedOrigins are the origins, such as https://admin.example.com, whose pages may call the API from browsers;
	// "*" allows all. Pages of the server's own origin always may.
	AllowedOrigins []string
	// EndStreams is called at shutdown to end subscriptions and WebSockets, and to wait for them; it may be nil.
	EndStreams func()
	// Ready returns an error if the server cannot serve requests. Its context has a timeout of two seconds.
	Ready  func(ctx context.Context) error
	Logger *slog.Logger
	// Trace wraps the handler of all routes, after requests have got their ids; it may be nil.
	Trace func(http.Handler) http.Handler
	// Served is called after each response; it may be nil.
	Served func(Request)

	// Connections bounds how many connections may be open at the same time; a bound of 10,000 if nil.
	Connections *admission.Connections
	// Refusals slows down clients whose tokens are refused; it may be nil.
	Refusals *admission.Refusals
	// RequestTimeout is how long the verification of a token may take; 2 seconds if zero. Sending a response may take
	// 20 seconds longer than this.
	RequestTimeout time.Duration
	// ShutdownTimeout is how long requests in flight may take after shutdown has started; 30 seconds if zero.
	ShutdownTimeout time.Duration
	// ReadHeaderTimeout and ReadTimeout are how long a client may take to send the header and the whole request; 5 and
	// 15 seconds if zero.
	ReadHeaderTimeout time.Duration
	ReadTimeout       time.Duration
}

// Page is a handler of its path and of all paths below it. The path has no prefix. The handler sees it with the prefix.
type Page struct {
	Path    string
	Handler http.Handler
}

// Server is an HTTP server. Run it once.
type Server struct {
	config   Config
	draining atomic.Bool
	checks   singleflight.Group
	notReady rate.Sometimes
	// outages limits how often failures to identify callers are logged.
	outages rate.Sometimes
}

// New returns a server that does not run yet.
func New(config Config) *Server {
	if config.Connections == nil {
		config.Connections = admission.NewConnections(defaultMaxConnections)
	}

	setDefault(&config.RequestTimeout, defaultRequestTimeout)
	setDefault(&config.ShutdownTimeout, defaultShutdownTimeout)
	setDefault(&config.ReadHeaderTimeout, readHeaderTimeout)
	setDefault(&config.ReadTimeout, readTimeout)

	return &Server{
		config:   config,
		notReady: rate.Sometimes{First: 1, Interval: time.Second},
		outages:  rate.Sometimes{First: 1, Interval: time.Second},
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Handler returns the handler of all routes.
func (s *Server) Handler() http.Handler {
	handler := s.logged(s.recovering(secured(s.crossOrigin(belowPrefix(s.config.PublicPath, s.routes())))))
	if s.config.Trace != nil {
		handler = s.config.Trace(handler)
	}

	return s.received(handler)
}

func (s *Server) routes() http.Handler {
	prefix, mux := s.config.PublicPath, http.NewServeMux()
	reading := []string{http.MethodGet, http.MethodHead}

	mux.Handle(prefix+HealthPath, forMethods(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	}), reading...))
	mux.Handle(prefix+ReadyPath, forMethods(http.HandlerFunc(s.ready), reading...))
	mux.Handle(prefix+GraphQLPath, withOptions(s.authenticated(s.config.GraphQL), http.MethodGet, http.MethodPost))

	for path, handler := range map[string]http.Handler{
		ClaimsCSVPath: s.config.ClaimsCSV, MissedClaimsCSVPath: s.config.MissedClaimsCSV,
	} {
		if handler != nil {
			mux.Handle(prefix+path, forMethods(s.authenticated(handler), reading...))
		}
	}

	for i, page := range s.config.Pages {
		mux.Handle(prefix+page.Path, page.Handler)

		if i == 0 {
			mux.Handle("GET "+prefix+"/{$}", http.RedirectHandler(prefix+page.Path, http.StatusTemporaryRedirect))
		}
	}

	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		apierror.Write(w, r, http.StatusNotFound, apierror.CodeNotFound,
			"There is nothing at this path. The API is at "+prefix+GraphQLPath+".")
	})

	return mux
}

// Run serves connections of the listener until ctx ends. Then it accepts no more connections, waits for the requests in
// flight, and returns nil. If they do not finish within the shutdown timeout, it aborts them and returns an error.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: s.config.ReadHeaderTimeout,
		ReadTimeout:       s.config.ReadTimeout,
		WriteTimeout:      s.config.RequestTimeout + writeMargin,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnContext:       admission.WithConnection,
		ErrorLog:          slog.NewLogLogger(s.config.Logger.Handler(), slog.LevelDebug),
	}

	served := make(chan error, 1)
	go func() { served <- server.Serve(s.config.Connections.Listen(listener)) }()

	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}

	s.draining.Store(true)
	s.config.Logger.Info("shutting down", "timeout", s.config.ShutdownTimeout)

	streamsEnded := make(chan struct{})

	server.RegisterOnShutdown(func() {
		defer close(streamsEnded)

		if s.config.EndStreams != nil {
			s.config.EndStreams()
		}
	})

	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ShutdownTimeout)
	defer cancel()

	err := server.Shutdown(drain)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests in flight did not finish in time: %w", err), server.Close())
	}

	select { // Shutdown does not wait for WebSockets.
	case <-streamsEnded:
	case <-drain.Done():
	}

	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}

	return err
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")

	// Anybody can ask, so requests at the same time share one answer.
	_, err, _ := s.checks.Do("ready", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readyTimeout)
		defer cancel()

		return nil, s.config.Ready(ctx)
	})
	if err != nil || s.draining.Load() {
		s.notReady.Do(func() {
			s.config.Logger.WarnContext(r.Context(), "not ready", "draining", s.draining.Load(), "error", err)
		})
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"status":"unavailable"}` + "\n"))

		return
	}

	_, _ = w.Write([]byte(`{"status":"ready"}` + "\n"))
}
