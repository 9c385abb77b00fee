// Package oidctest runs an OpenID provider for tests: a certified implementation, over HTTP, with keys that tests
// rotate.
package oidctest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// ClientID is the client that [Provider.ClientToken] gets a token for: the token's subject and audience.
const ClientID = "sid1"

// Provider is a running OpenID provider. It is safe for concurrent use.
type Provider struct {
	*storage.Storage

	// URL is the issuer's URL.
	URL string
	// Server is the HTTP server that serves the provider.
	Server *httptest.Server
	// Claims are added to the access tokens that the provider issues.
	Claims map[string]any
	// Configuration replaces members of the provider's OpenID configuration, such as "issuer". The configuration is found
	// below every path, so that one provider can stand for those with organizations in their URLs.
	Configuration map[string]any

	mu      sync.Mutex
	keys    []SigningKey // The last one signs tokens.
	fetches int
}

// SigningKey is a key with which the provider signs tokens.
type SigningKey struct {
	id  string
	key *ecdsa.PrivateKey
}

// ID returns the key's id.
func (k SigningKey) ID() string { return k.id }

// SignatureAlgorithm returns ES256.
func (k SigningKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }

// Public returns the public key.
func (k SigningKey) Public() *ecdsa.PublicKey { return &k.key.PublicKey }

// Key returns the private key.
func (k SigningKey) Key() any { return k.key }

type publicKey struct{ SigningKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.key.Public() }

// New starts a provider that runs until the test ends.
func New(t testing.TB) *Provider {
	t.Helper()

	p := &Provider{Server: httptest.NewUnstartedServer(nil)}
	t.Cleanup(p.Server.Close)

	p.URL = "http://" + p.Server.Listener.Addr().String()
	p.Storage = storage.NewStorage(storage.NewUserStore(p.URL))
	p.Rotate(t, "key-1")

	opened, err := op.NewProvider(&op.Config{}, p, op.StaticIssuer(p.URL), op.WithAllowInsecure(),
		op.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)

	p.Server.Config.Handler = p.configured(opened)
	p.Server.Start()

	return p
}

const configurationPath = "/.well-known/openid-configuration"

// configured serves the provider's configuration with the test's changes, below every path.
func (p *Provider) configured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(p.Configuration) == 0 || !strings.HasSuffix(r.URL.Path, configurationPath) {
			next.ServeHTTP(w, r)

			return
		}

		plain := r.Clone(r.Context())
		plain.URL.Path = configurationPath
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, plain)

		members := make(map[string]any)
		if err := json.Unmarshal(recorded.Body.Bytes(), &members); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)

			return
		}

		maps.Copy(members, p.Configuration)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(members) // The client's test fails if it is cut off.
	})
}

// Sign returns a token with exactly these claims, signed with the key that signs now. So tests have tokens with the
// claims of other providers.
func (p *Provider) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()

	key := p.Current()
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()},
	}, nil)
	require.NoError(t, err)

	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)

	return token
}

// KeysURL is where the provider publishes its keys.
func (p *Provider) KeysURL() string { return p.URL + "/keys" }

// Rotate adds a key, which signs tokens from now on. Older keys stay published.
func (p *Provider) Rotate(t testing.TB, id string) {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	p.mu.Lock()
	defer p.mu.Unlock()

	p.keys = append(p.keys, SigningKey{id, key})
}

// Withdraw stops publishing all keys but the one that signs.
func (p *Provider) Withdraw() {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.keys = p.keys[len(p.keys)-1:]
}

// Fetches returns how many times the keys have been fetched.
func (p *Provider) Fetches() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.fetches
}

// Current returns the key that signs tokens now.
func (p *Provider) Current() SigningKey {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.keys[len(p.keys)-1]
}

// SigningKey and the methods below implement the provider's storage with the test's keys and claims.
func (p *Provider) SigningKey(context.Context) (op.SigningKey, error) { return p.Current(), nil }

func (p *Provider) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (p *Provider) KeySet(context.Context) ([]op.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.fetches++

	var keys []op.Key
	for _, key := range p.keys {
		keys = append(keys, publicKey{key})
	}

	return keys, nil
}

// jwtClient is a client whose access tokens are JWTs.
type jwtClient struct{ op.Client }

func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (p *Provider) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	client, err := p.Storage.ClientCredentials(ctx, id, secret)

	return jwtClient{client}, err
}

func (p *Provider) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return p.Claims, nil
}

// ClientToken gets an access token by the client credentials grant, as services do.
func (p *Provider) ClientToken(t testing.TB) string {
	t.Helper()

	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"custom"}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/oauth/token", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.SetBasicAuth(ClientID, "verysecret")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	var body struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(raw, &body))
	require.NotEmpty(t, body.AccessToken, string(raw))

	return body.AccessToken
}
