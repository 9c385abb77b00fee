package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/rs/cors"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

const (
	requestIDHeader = "X-Request-Id"
	// preflightAge is how long browsers may cache the response to a preflight request. No browser caches it longer.
	preflightAge = 2 * time.Hour
	// keysRetryAfter is when to try again while the identity provider does not respond.
	keysRetryAfter = 5 * time.Second
)

// received prepares each request: it gets an id, the client's if that is valid, or a new one. Its address is the client's,
// and its path has no prefix.
func (s *Server) received(next http.Handler) http.Handler {
	proxies := trustedProxies(s.config.TrustedProxies)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !requestid.Valid(id) {
			id = requestid.New()
		}

		w.Header().Set(requestIDHeader, id)

		r = r.WithContext(requestid.With(r.Context(), id)) // It is a copy.
		r.RemoteAddr = proxies.client(r)
		r.URL = withoutPrefix(r.URL, s.config.PublicPath)
		// Otherwise OpenTelemetry would believe it, whoever sent it.
		delete(r.Header, forwardedForHeader)

		next.ServeHTTP(w, r)
	})
}

// statusWriter records the status and the size of a response.
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

// Request describes a request after its response.
type Request struct {
	// Pattern is the route that matched; "" if there is none.
	Pattern string
	Method  string
	Status  int
	Took    time.Duration
	// Stream says that the response was a stream. Took then says nothing about the server's speed.
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

// logged logs one line for each request, without its query, body and headers: they contain tokens and personal data.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		recorder := &statusWriter{ResponseWriter: w}

		// The handler panics if a download is aborted, so the line is logged in a deferred call.
		defer func() {
			level := slog.LevelInfo
			if r.URL.Path == HealthPath || r.URL.Path == ReadyPath {
				level = slog.LevelDebug
			}

			took := time.Since(started)
			s.config.Logger.Log(r.Context(), level, "request",
				"request_id", requestid.From(r.Context()), "method", r.Method, "path", r.URL.Path,
				"status", recorder.status, "bytes", recorder.bytes, "duration", took, "remote", r.RemoteAddr)
			s.served(r, recorder, took)
		}()

		next.ServeHTTP(recorder, r)
	})
}

// recovering responds to a request whose handler panicked. The stack is logged and not sent.
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
	apierror.Write(w, r, http.StatusInternalServerError, apierror.CodeInternal, apierror.InternalMessage)
}

// secured sets headers that keep browsers from guessing media types, from showing responses in frames, from sending a
// Referer and from caching.
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

// crossOrigin sets the headers that tell browsers which other origins may call (CORS). The server uses no cookies, so
// a page of another origin has no credentials to send by accident. Pages may send any header: tracing libraries and GraphQL
// clients add their own, and the server ignores those that it does not know.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	if len(s.config.AllowedOrigins) == 0 {
		return next
	}

	return cors.New(cors.Options{
		AllowedOrigins: s.config.AllowedOrigins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: []string{"*"},
		ExposedHeaders: []string{
			requestIDHeader, "Retry-After", "Content-Disposition", "WWW-Authenticate", "Allow", "Accept-Encoding",
		},
		MaxAge: int(preflightAge.Seconds()),
		// The operator has allowed the origin, so its pages may call from the Internet into a private network too.
		AllowPrivateNetwork: true,
	}).Handler(next)
}

// authenticated verifies the token of a request and adds its caller to the context. A request that opens a WebSocket
// may have no token; the client then sends it in connection_init. It may have no body.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" && r.ContentLength != 0 { // It is -1 if the body is sent in chunks.
			// Otherwise net/http would wait for the body and discard it.
			w.Header().Set("Connection", "close")
			_ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))

			apierror.Write(w, r, http.StatusBadRequest, apierror.CodeBadUserInput,
				"A request to upgrade the connection has no body. Send it without one.")

			return
		}

		token, present, err := auth.BearerToken(r.Header)
		if !present {
			s.config.Refusals.Pace(r.Context()) // A response without a token is a refusal, or an upgrade of a stranger.
		}

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
			s.config.Refusals.Pace(r.Context())
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
	var (
		invalid *auth.TokenError
		refusal *admission.Refusal
	)

	switch {
	case errors.As(err, &refusal):
		w.Header().Set("Connection", "close") // There are too many.
		refusal.Write(w, r)
	case errors.As(err, &invalid):
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		apierror.Write(w, r, http.StatusUnauthorized, apierror.CodeUnauthenticated, invalid.Reason)
	case errors.Is(err, auth.ErrKeysUnavailable):
		// The verifier logs it, once a minute for all requests.
		apierror.SetRetryAfter(w, keysRetryAfter)
		apierror.Write(w, r, http.StatusServiceUnavailable, apierror.CodeUnavailable,
			"The identity provider does not respond, so your token cannot be verified. Try again soon.")
	case errors.Is(err, auth.ErrUnknownTenant):
		apierror.Write(w, r, http.StatusForbidden, apierror.CodeForbidden,
			"Your organization is not registered here. Ask the operator to create a tenant for it.")
	default:
		s.fail(w, r, err)
	}
}

// fail responds to a request that failed before its handler began. During an outage of the database all requests fail, so
// that is logged once a second.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	code, message := apierror.Classify(err)
	if code == apierror.CodeInternal {
		s.internal(w, r, err)

		return
	}

	s.outages.Do(func() {
		s.config.Logger.WarnContext(r.Context(), "a caller could not be identified",
			"request_id", requestid.From(r.Context()), "error", err)
	})
	apierror.SetRetryAfter(w, apierror.RetryAfterOverload)
	apierror.Write(w, r, http.StatusServiceUnavailable, code, message)
}
