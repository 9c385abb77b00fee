package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	strict "github.com/go-jose/go-jose/v4/json"
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
	config Config
	client *http.Client

	mu         sync.Mutex
	keysURL    string
	discovered time.Time
}

// setupError means that a setting, or the provider's own, is wrong. Trying again does not help.
type setupError struct{ problem error }

// Error says what is wrong.
func (e *setupError) Error() string { return e.problem.Error() }

// Unwrap returns the problem.
func (e *setupError) Unwrap() error { return e.problem }

// wrongSetup returns an error that stops the server when it starts.
func wrongSetup(format string, args ...any) error { return &setupError{fmt.Errorf(format, args...)} }

func newIssuer(config Config) *issuer {
	client := *config.HTTPClient
	transport := cmp.Or(client.Transport, http.DefaultTransport)
	allowed := requireHTTPS

	if isPlain(config.JWKSURL) {
		transport = plainTransport{https: transport, plain: newPrivateTransport()}
		allowed = requireHTTPOrHTTPS
	}

	client.Transport = boundedTransport{transport}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > issuerRedirects {
			return errors.New("too many redirects")
		}

		return allowed(r.URL.String())
	}

	return &issuer{config: config, client: &client, keysURL: config.JWKSURL}
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

// check asks the provider once. A *setupError says that a setting is wrong.
func (i *issuer) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, issuerTimeout)
	defer cancel()

	if i.config.JWKSURL != "" {
		_, err := i.keys(ctx)

		return err
	}

	return i.discover(ctx)
}

// discover fetches the issuer's configuration.
func (i *issuer) discover(ctx context.Context) error {
	base := discoveryBase(i.config.Issuer)

	raw, err := i.get(ctx, strings.TrimSuffix(base, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return fmt.Errorf("fetch the OpenID configuration of %s (see %s): %w", base, i.config.setting("issuer"), err)
	}

	var discovered struct {
		Issuer  string `json:"issuer"`
		JWKSURL string `json:"jwks_uri"`
	}
	if !json.Valid(raw) || strict.Unmarshal(raw, &discovered) != nil {
		return wrongSetup("the OpenID configuration of %s is not a JSON object: see %s", base, i.config.setting("issuer"))
	}

	if pattern := issuerPattern(i.config.Issuer); discovered.Issuer != pattern {
		return i.wrongIssuer(discovered.Issuer, pattern)
	}

	if err := requireHTTPS(discovered.JWKSURL); err != nil {
		return wrongSetup("the keys of %s: %w", base, err)
	}

	i.mu.Lock()
	defer i.mu.Unlock()

	i.keysURL, i.discovered = discovered.JWKSURL, i.config.Now()

	return nil
}

// wrongIssuer says what to do about a provider that has another name than the setting.
func (i *issuer) wrongIssuer(named, expected string) error {
	setting := i.config.setting("issuer")

	switch {
	case named == "":
		return wrongSetup("the OpenID configuration of %s names no issuer: see %s", i.config.Issuer, setting)
	case strings.TrimSuffix(named, "/") == strings.TrimSuffix(expected, "/"):
		return wrongSetup("%s is %q, and the provider names itself %q: write it so, the slash at its end counts", setting, i.config.Issuer, named)
	}

	return wrongSetup("%s is %q, and the provider there names itself %q: write %s as the provider does, if its tokens have this iss; "+
		"otherwise give the iss of its tokens and, by %s, the URL of its keys",
		setting, i.config.Issuer, named, setting, i.config.setting("jwks-url"))
}

// keys fetches the keys from the URL of the settings, or the one in the issuer's configuration.
func (i *issuer) keys(ctx context.Context) (*keySet, error) {
	i.mu.Lock()
	old := i.config.JWKSURL == "" && i.config.Now().Sub(i.discovered) >= discoveryMaxAge
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
		return nil, fmt.Errorf("fetch the keys of %s from %s: %w", i.config.Issuer, address, err)
	}

	set, err := parseKeySet(raw)
	if err != nil {
		return nil, wrongSetup("read the keys of %s from %s: %w", i.config.Issuer, address, err)
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

	switch status := response.StatusCode; {
	case status == http.StatusOK:
		return raw, nil
	case status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		return nil, fmt.Errorf("the answer has the status %s", response.Status)
	}

	return nil, wrongSetup("the answer has the status %s", response.Status)
}
