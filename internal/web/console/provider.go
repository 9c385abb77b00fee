package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// providerTimeout is the time limit for each request to the provider.
const providerTimeout = 10 * time.Second

// TokenURLs asks an OpenID provider for its token and revocation endpoints, which may have other origins than its
// issuer.
func TokenURLs(ctx context.Context, issuer string) ([]string, error) {
	ctx = oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout})

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
