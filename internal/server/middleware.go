package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/rs/cors"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

const (
	requestIDHeader = "X-Request-Id"
	// preflightAge is for how long a browser need not ask again; none remembers for longer.
	preflightAge = 2 * time.Hour
)

// withRequestID gives each request an id: the client's if it is harmless, or a new one.
func (s *Server) withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !requestid.Valid(id) {
			id = requestid.New()
		}

		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(requestid.With(r.Context(), id)))
	})
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter

	status int
	bytes  int64
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}

	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}

	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)

	return n, err
}

// Unwrap lets an [http.ResponseController] reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Request is a request that was answered.
type Request struct {
	// Pattern is the route that matched; "" if none did.
	Pattern string
	Method  string
	Status  int
	Took    time.Duration
	// Stream says that the answer was a stream, which takes as long as its client likes.
	Stream bool
}

func (s *Server) served(r *http.Request, w *statusWriter, took time.Duration) {
	if s.config.Served == nil {
		return
	}

	stream := w.status == http.StatusSwitchingProtocols ||
		strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream")
	s.config.Served(Request{Pattern: r.Pattern, Method: r.Method, Status: w.status, Took: took, Stream: stream})
}

// logged writes one line for each request. Queries, bodies and headers stay out of it: they hold tokens
// and people's data.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		recorder := &statusWriter{ResponseWriter: w}

		// A download that is broken off panics; it is logged all the same.
		defer func() {
			level := slog.LevelInfo
			if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
				level = slog.LevelDebug
			}

			took := time.Since(began)
			s.config.Logger.Log(r.Context(), level, "request",
				"request_id", requestid.From(r.Context()), "method", r.Method, "path", r.URL.Path,
				"status", recorder.status, "bytes", recorder.bytes, "duration", took, "remote", r.RemoteAddr)
			s.served(r, recorder, took)
		}()

		next.ServeHTTP(recorder, r)
	})
}

// recovering answers a request whose handler panicked. The stack goes to the log alone.
func (s *Server) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}

			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}

			s.internal(w, r, apierror.Panic(p))
		}()

		next.ServeHTTP(w, r)
	})
}

func (s *Server) internal(w http.ResponseWriter, r *http.Request, err error) {
	s.config.Logger.ErrorContext(r.Context(), "request failed",
		"request_id", requestid.From(r.Context()), "path", r.URL.Path, "error", err)
	apierror.Write(w, r, http.StatusInternalServerError, apierror.CodeInternal,
		apierror.InternalMessage)
}

// secured keeps browsers from guessing, framing, caching and telling others.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// crossOrigin tells browsers which pages of other origins may call. Cookies play no part: who calls says so
// by a header that no page can send without being allowed to.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	if len(s.config.AllowedOrigins) == 0 {
		return next
	}

	return cors.New(cors.Options{
		AllowedOrigins: s.config.AllowedOrigins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", "Accept", requestIDHeader},
		ExposedHeaders: []string{requestIDHeader, "Retry-After", "Content-Disposition"},
		MaxAge:         int(preflightAge.Seconds()),
	}).Handler(next)
}

// authenticated lets requests through that have a good token, with their caller in the context. Those that
// open a WebSocket may bring the token later.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, present, err := auth.BearerToken(r.Header)
		if err == nil && !present && r.Method != http.MethodOptions && r.Header.Get("Upgrade") == "" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			apierror.Write(w, r, http.StatusUnauthorized, apierror.CodeUnauthenticated,
				"Send a bearer token in the Authorization header.")

			return
		}

		if err == nil && present {
			r, err = s.withCaller(r, token)
		}

		if err != nil {
			s.reject(w, r, err)

			return
		}

		next.ServeHTTP(w, r)
	})
}

func (s *Server) withCaller(r *http.Request, token string) (*http.Request, error) {
	ctx, cancel := context.WithTimeout(r.Context(), s.config.RequestTimeout)
	defer cancel()

	caller, err := s.config.Authenticate(ctx, token)
	if err != nil {
		return r, err
	}

	return r.WithContext(auth.WithCaller(r.Context(), caller)), nil
}

func (s *Server) reject(w http.ResponseWriter, r *http.Request, err error) {
	var bad *auth.TokenError

	switch {
	case errors.As(err, &bad):
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		apierror.Write(w, r, http.StatusUnauthorized, apierror.CodeUnauthenticated, bad.Reason)
	case errors.Is(err, auth.ErrKeysUnavailable):
		s.config.Logger.ErrorContext(r.Context(), "tokens cannot be verified", "error", err)
		w.Header().Set("Retry-After", "5")
		apierror.Write(w, r, http.StatusServiceUnavailable, apierror.CodeUnavailable,
			"The identity provider does not answer, so your token cannot be verified. Try again soon.")
	case errors.Is(err, ErrUnknownTenant):
		apierror.Write(w, r, http.StatusForbidden, apierror.CodeForbidden,
			"Your organization is not registered here. Ask the operator to create a tenant for it.")
	default:
		s.internal(w, r, err)
	}
}
