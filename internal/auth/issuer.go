package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	issuerTimeout = 10 * time.Second
	// issuerRedirects is how many redirects of the issuer are followed.
	issuerRedirects = 3
	// discoveryMaxAge is the age at which the issuer's configuration is fetched again together with its keys. So the
	// issuer may also change its keys by changing their URL.
	discoveryMaxAge = time.Minute
)

// issuer fetches the configuration and the keys of an OpenID provider.
type issuer struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu         sync.Mutex
	keysURL    string
	discovered time.Time
}

func newIssuer(config Config) *issuer {
	client := *config.HTTPClient
	client.Transport = boundedTransport{cmp.Or(client.Transport, http.DefaultTransport)}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > issuerRedirects {
			return errors.New("too many redirects")
		}

		return requireHTTPS(r.URL.String())
	}

	return &issuer{url: config.Issuer, client: &client, now: config.Now}
}

// boundedTransport limits the length of responses.
type boundedTransport struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err //nolint:wrapcheck // The caller adds context.
	}

	response.Body = http.MaxBytesReader(nil, response.Body, maxKeysLength)

	return response, nil
}

// discover fetches the issuer's configuration.
func (i *issuer) discover(ctx context.Context) error {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, i.client), i.url)
	if err != nil {
		return fmt.Errorf("fetch the OpenID configuration of %s: %w", i.url, err)
	}

	var discovered struct {
		JWKSURL string `json:"jwks_uri"`
	}
	if err := provider.Claims(&discovered); err != nil {
		return fmt.Errorf("read the OpenID configuration of %s: %w", i.url, err)
	}

	if err := requireHTTPS(discovered.JWKSURL); err != nil {
		return fmt.Errorf("the keys of %s: %w", i.url, err)
	}

	i.mu.Lock()
	defer i.mu.Unlock()

	i.keysURL, i.discovered = discovered.JWKSURL, i.now()

	return nil
}

// keys fetches the keys from the URL in the issuer's configuration.
func (i *issuer) keys(ctx context.Context) (*keySet, error) {
	i.mu.Lock()
	old := i.now().Sub(i.discovered) >= discoveryMaxAge
	i.mu.Unlock()

	if old {
		if err := i.discover(ctx); err != nil {
			return nil, err
		}
	}

	i.mu.Lock()
	address := i.keysURL
	i.mu.Unlock()

	raw, err := i.get(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("fetch the keys of %s: %w", i.url, err)
	}

	set, err := parseKeySet(raw)
	if err != nil {
		return nil, fmt.Errorf("read the keys of %s: %w", i.url, err)
	}

	return set, nil
}

func (i *issuer) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err //nolint:wrapcheck // The caller adds context.
	}

	response, err := i.client.Do(request)
	if err != nil {
		return nil, err //nolint:wrapcheck // The caller adds context.
	}

	raw, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has the status %s", response.Status)
	}

	return raw, nil
}

// requireHTTPS refuses URLs without TLS, whose responses an attacker in the network could forge, unless they are on
// this machine.
func requireHTTPS(text string) error {
	address, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("parse its URL: %w", err)
	}

	ip := net.ParseIP(address.Hostname())
	local := address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()

	if address.Scheme != "https" && (address.Scheme != "http" || !local) {
		return fmt.Errorf("%s must start with https://, unless it is on this machine", text)
	}

	return nil
}
