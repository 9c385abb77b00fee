package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/autoclaim/autoclaim/internal/auth"
)

const audience = "autoclaim-api"

// provider is a certified OpenID provider, over real HTTP, whose keys a test can rotate.
type provider struct {
	*storage.Storage

	url    string
	server *httptest.Server

	mu     sync.Mutex
	keys   []signingKey // The last one signs.
	claims map[string]any
}

type signingKey struct {
	id  string
	key *ecdsa.PrivateKey
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k signingKey) Key() any                                    { return k.key }

type publicKey struct{ signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.key.Public() }

func newProvider(t *testing.T) *provider {
	t.Helper()

	var handler http.Handler

	p := &provider{server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r)
	}))}
	t.Cleanup(p.server.Close)

	p.url = p.server.URL
	p.Storage = storage.NewStorage(storage.NewUserStore(p.url))
	p.rotate(t, "key-1")

	opened, err := op.NewProvider(&op.Config{}, p, op.StaticIssuer(p.url), op.WithAllowInsecure(),
		op.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)

	handler = opened

	return p
}

// rotate makes a new key sign; the old ones stay published.
func (p *provider) rotate(t *testing.T, id string) {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	p.mu.Lock()
	defer p.mu.Unlock()

	p.keys = append(p.keys, signingKey{id, key})
}

func (p *provider) current() signingKey {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.keys[len(p.keys)-1]
}

// SigningKey, KeySet and SignatureAlgorithms give the provider the test's keys.
func (p *provider) SigningKey(context.Context) (op.SigningKey, error) { return p.current(), nil }

func (p *provider) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (p *provider) KeySet(context.Context) ([]op.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()

	var keys []op.Key
	for _, key := range p.keys {
		keys = append(keys, publicKey{key})
	}

	return keys, nil
}

// jwtClient is a client whose access tokens are JWTs.
type jwtClient struct{ op.Client }

func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (p *provider) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	client, err := p.Storage.ClientCredentials(ctx, id, secret)

	return jwtClient{client}, err
}

func (p *provider) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return p.claims, nil
}

// clientToken gets an access token as a service does.
func (p *provider) clientToken(t *testing.T) string {
	t.Helper()

	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"custom"}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/oauth/token", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.SetBasicAuth("sid1", "verysecret")
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

// token signs claims with the provider's key, over good ones; nil takes a claim out.
func (p *provider) token(t *testing.T, changes map[string]any) string {
	t.Helper()

	claims := map[string]any{
		"iss": p.url, "aud": audience, "sub": "ann", "tid": "acme", "roles": []string{"GLOBAL_READER", "Other.Role"},
		"name": "Ann", "email": "ann@example.com", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}

	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}

	key := p.current()

	return sign(t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key.key, KeyID: key.id}}, claims)
}

func sign(t *testing.T, key jose.SigningKey, claims map[string]any) string {
	t.Helper()

	signer, err := jose.NewSigner(key, nil)
	require.NoError(t, err)

	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)

	return token
}

// now is when the tests take place.
var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func (p *provider) verifier(t *testing.T, change func(c *auth.Config)) auth.Verifier {
	t.Helper()

	config := auth.Config{
		Issuer: p.url, Audience: audience, Now: func() time.Time { return now }, HTTPClient: p.server.Client(),
	}
	if change != nil {
		change(&config)
	}

	verifier, err := auth.NewOIDC(t.Context(), config)
	require.NoError(t, err)

	return verifier
}
