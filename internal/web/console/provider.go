package console

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/time/rate"
)

const (
	// providerTimeout is the time limit for each request to the provider.
	providerTimeout = 10 * time.Second
	// providerRetry is the least time between two of these requests. Anybody can ask for the page.
	providerRetry = 5 * time.Second
)

// HandlerOf returns the handler of [Config.Path] for a provider. It asks the provider for the URLs that the page may call. If
// the provider does not respond, the handler answers 503 and asks again, until it has them.
func HandlerOf(ctx context.Context, config Config, logger *slog.Logger) (http.Handler, error) {
	if _, err := Handler(config); err != nil {
		return nil, err
	}

	a := &awaited{config: config, logger: logger, limiter: rate.NewLimiter(rate.Every(providerRetry), 1)}
	a.ask(ctx)

	return a, nil
}

// awaited is a console whose provider may not have responded yet. It is safe for concurrent use.
type awaited struct {
	config  Config
	logger  *slog.Logger
	limiter *rate.Limiter
	handler atomic.Pointer[http.Handler] // Nil until the provider has responded.
}

// ServeHTTP implements [http.Handler].
func (a *awaited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler := a.handler.Load()
	if handler == nil && a.limiter.Allow() {
		handler = a.ask(r.Context())
	}

	if handler == nil {
		w.Header().Set("Retry-After", strconv.Itoa(int(providerRetry.Seconds())))
		http.Error(w, "The identity provider does not respond, so nobody can sign in. Try again soon.", http.StatusServiceUnavailable)

		return
	}

	(*handler).ServeHTTP(w, r)
}

// ask asks the provider once. It returns nil if the provider does not respond.
func (a *awaited) ask(ctx context.Context) *http.Handler {
	urls, err := TokenURLs(ctx, a.config.Authority)
	if err == nil {
		complete := a.config
		complete.TokenURLs = urls

		var handler http.Handler
		if handler, err = Handler(complete); err == nil {
			a.handler.Store(&handler)

			return &handler
		}
	}

	a.logger.ErrorContext(ctx, "nobody can sign in to the console until its provider responds (see --console-issuer)", "error", err)

	return nil
}

// TokenURLs asks an OpenID provider for its token and revocation endpoints, which may have other origins than its
// issuer. The provider may have another name than this URL, since Entra ID does for users of all organizations.
func TokenURLs(ctx context.Context, issuer string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, providerTimeout)
	defer cancel()

	ctx = oidc.InsecureIssuerURLContext(oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout}), issuer)

	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, fmt.Errorf("fetch the OpenID configuration of %s: %w", issuer, err)
	}

	var discovered struct {
		RevocationURL string `json:"revocation_endpoint"`
	}
	if err := provider.Claims(&discovered); err != nil {
		return nil, fmt.Errorf("read the OpenID configuration of %s: %w", issuer, err)
	}

	urls := []string{provider.Endpoint().TokenURL}
	if discovered.RevocationURL != "" {
		urls = append(urls, discovered.RevocationURL)
	}

	return urls, nil
}
