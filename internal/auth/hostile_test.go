package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

// counting counts the requests to the provider. If down is true, they fail.
type counting struct {
	requests atomic.Int64
	down     atomic.Bool
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.requests.Add(1)

	if c.down.Load() {
		return nil, errors.New("the provider is down")
	}

	return http.DefaultTransport.RoundTrip(r)
}

// stranger returns a token with valid claims, signed with a key that the provider does not have.
func stranger(t *testing.T, p *oidctest.Provider, kid string) string {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	claims := map[string]any{"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "exp": now.Add(time.Hour).Unix()}

	return sign(t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, claims)
}

func TestAFloodOfUnknownKeyIDsLeadsToFewFetches(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	sent := new(counting)
	clock := now
	verifier := verifierOf(t, p, func(c *auth.Config) {
		c.HTTPClient = &http.Client{Transport: sent}
		c.Now = func() time.Time { return clock }
	})
	flood := func() {
		var refused *auth.TokenError

		for i := range 100 {
			_, err := verifier.Verify(t.Context(), stranger(t, p, fmt.Sprintf("unknown-%d", i)))
			require.ErrorAs(t, err, &refused, "the token is refused; it is not the provider that fails")
		}
	}

	flood()
	assert.LessOrEqual(t, sent.requests.Load(), int64(10), "requests to the provider")

	_, err := verifier.Verify(t.Context(), token(t, p, nil))
	require.NoError(t, err, "valid tokens are accepted during the flood")

	p.Rotate(t, "key-2")

	clock = clock.Add(10 * time.Second)
	requireVerifiedSoon(t, verifier, token(t, p, nil), "the new key is fetched")

	before := sent.requests.Load()

	sent.down.Store(true)

	clock = clock.Add(10 * time.Second)
	require.Eventually(t, func() bool { // See requireVerifiedSoon.
		_, err := verifier.Verify(t.Context(), stranger(t, p, "unknown"))

		return errors.Is(err, auth.ErrKeysUnavailable)
	}, 10*time.Second, time.Millisecond, "the key may be new")

	for range 100 {
		_, err = verifier.Verify(t.Context(), stranger(t, p, "unknown"))
		require.ErrorIs(t, err, auth.ErrKeysUnavailable)
	}

	assert.LessOrEqual(t, sent.requests.Load()-before, int64(10), "requests to a provider that is down")

	_, err = verifier.Verify(t.Context(), token(t, p, map[string]any{"sub": "bob"}))
	require.NoError(t, err, "tokens of known keys are verified without the provider")
}

func TestAKeyInsideATokenIsIgnored(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	other := oidctest.New(t)
	claims := map[string]any{"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "exp": now.Add(time.Hour).Unix()}
	key := other.Current()

	for name, options := range map[string]*jose.SignerOptions{
		"embedded":         {EmbedJWK: true},
		"by URL":           (&jose.SignerOptions{}).WithHeader("jku", other.URL+"/keys"),
		"a path for a kid": (&jose.SignerOptions{}).WithHeader("kid", "../../dev/null"),
		"critical":         (&jose.SignerOptions{}).WithHeader("crit", []string{"exp"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key.Key()}, options)
			require.NoError(t, err)

			payload, err := json.Marshal(claims)
			require.NoError(t, err)
			signed, err := signer.Sign(payload)
			require.NoError(t, err)
			compact, err := signed.CompactSerialize()
			require.NoError(t, err)

			_, err = verifierOf(t, p, nil).Verify(t.Context(), compact)

			var refused *auth.TokenError
			require.ErrorAs(t, err, &refused)
		})
	}
}

func TestAnIssuerNeedsHTTPSUnlessItIsOnThisMachine(t *testing.T) {
	t.Parallel()

	for _, issuer := range []string{"http://login.example", "http://10.0.0.1/realms/x", "ftp://login.example", "login.example", "http://localhost.evil.example"} {
		_, err := auth.NewOIDC(t.Context(), auth.Config{Issuer: issuer, Audience: audience})
		assert.ErrorContains(t, err, "https://", issuer)
	}

	// The keys must come by HTTPS too.
	sent := &http.Client{Transport: answering(`{"issuer": "https://login.example", "jwks_uri": "http://login.example/keys"}`)}
	_, err := auth.NewOIDC(t.Context(), auth.Config{Issuer: "https://login.example", Audience: audience, HTTPClient: sent})
	assert.ErrorContains(t, err, "https://")
}

type answering string

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := responseOf(string(a))
	recorder.Request = r

	return recorder, nil
}

func TestMalformedIdentityClaimsAreRefused(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	long := strings.Repeat("x", 256)

	for name, claims := range map[string]map[string]any{
		"a long user":             {"sub": long},
		"a NUL in the user":       {"sub": "a\x00b"},
		"a line feed in the user": {"sub": "a\nb"},
		"a leading space":         {"sub": " a"},
		"a user that is a list":   {"sub": "", "oid": []string{"a"}},
		"a long organization":     {"tid": long},
		"a NUL in organizations":  {"tid": "a\x00b"},
		"text for nbf":            {"nbf": "soon"},
		"an absurd nbf":           {"nbf": 1e300},
		"an absurd exp":           {"exp": 1e300},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := verifierOf(t, p, nil).Verify(t.Context(), token(t, p, claims))

			var refused *auth.TokenError
			require.ErrorAs(t, err, &refused)
			assert.NotContains(t, refused.Reason, long)
		})
	}

	got, err := verifierOf(t, p, nil).Verify(t.Context(), token(t, p, map[string]any{"name": long, "email": "a\x00b"}))
	require.NoError(t, err, "a long name is cut, a malformed email is left out, and the token is valid")
	assert.Equal(t, long[:licensing.MaxLabelLength], got.DisplayName)
	assert.Empty(t, got.Email)
}

// FuzzVerify verifies arbitrary texts.
func FuzzVerify(f *testing.F) {
	issuer, err := auth.OpenDevIssuer(f.TempDir()+"/key.json", func() time.Time { return now })
	require.NoError(f, err)

	verifier := issuer.Verifier()
	good, err := issuer.Sign(auth.Identity{TenantExternalID: "acme", UserExternalID: "ann"}, time.Hour)
	require.NoError(f, err)

	for _, seed := range []string{
		good, good[:len(good)-1], strings.ToUpper(good), good + "." + good, "", ".", "..", "...", "eyJhbGciOiJub25lIn0.e30.",
		"eyJhbGciOiJIUzI1NiJ9.e30.AA", `{"payload":"e30","protected":"eyJhbGciOiJFZERTQSJ9","signature":"AA"}`, "a.b.c", "é.é.é",
		good + "\n", " " + good, strings.Replace(good, ".", ".\n", 1), good + "=", strings.Replace(good, ".", "..", 1),
		"eyJhbGciOiJFZERTQSIsImNyaXQiOlsieCJdfQ.e30.AA", "eyJlbmMiOiJBMTI4R0NNIiwiYWxnIjoiZGlyIn0..AA.AA.AA",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		got, err := verifier.Verify(t.Context(), text)
		if err == nil {
			require.Equal(t, good, text, "a token has one spelling")
			require.Equal(t, "ann", got.UserExternalID)

			return
		}

		var refused *auth.TokenError
		require.ErrorAs(t, err, &refused)

		if len(text) > 20 {
			require.NotContains(t, refused.Reason, text)
		}
	})
}

// FuzzClaims verifies tokens with valid signatures and arbitrary claims. Claims that the verifier accepts must also be
// valid when they are read in another way.
func FuzzClaims(f *testing.F) {
	p := oidctest.New(f)
	key := p.Current()
	verifier, err := auth.NewOIDC(f.Context(), auth.Config{Issuer: p.URL, Audience: audience, Now: func() time.Time { return now }})
	require.NoError(f, err)

	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()}}, nil)
	require.NoError(f, err)

	end := now.Add(time.Hour).Unix()
	for _, seed := range []string{
		fmt.Sprintf(`{"iss": "ISSUER", "aud": "autoclaim-api", "sub": "ann", "tid": "acme", "exp": %d, "nbf": 1, "roles": ["GLOBAL_ADMIN"]}`, end),
		fmt.Sprintf(`{"iss": "ISSUER", "aud": ["a", "autoclaim-api"], "sub": "ann", "tid": "acme", "exp": %d.5, "roles": "GLOBAL_ADMIN x"}`, end),
		fmt.Sprintf(`{"iss": "ISSUER", "aud": "autoclaim-api", "sub": "ann", "tid": "acme", "exp": %d, "nbf": "x"}`, end),
		`{"iss": "ISSUER", "aud": "autoclaim-api", "sub": "ann", "tid": "acme", "exp": 1e300}`,
		`{"iss": "ISSUER", "aud": "autoclaim-api", "sub": "ann", "tid": "acme", "exp": -1e300, "nbf": 1e300}`,
		`{"ISS": "ISSUER", "AUD": "autoclaim-api", "sub": "ann", "tid": "acme", "EXP": 9e9}`,
		`{"iss": "ISSUER", "aud": "autoclaim-api", "sub": "ann", "tid": "acme", "exp": 9e18, "nbf": 9223372036854775807}`,
		`{"iss": "ISSUER", "aud": "a", "aud": "autoclaim-api", "sub": "ann", "tid": "acme", "exp": 9e9}`,
		`{"iss": "ISSUER", "aud": {}, "exp": null}`, `[]`, `null`, `""`, `{`, ``, `{"iss": "ISSUER", "sub": "a", "sub": "b"}`,
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(text, "ISSUER", p.URL)

		signed, err := signer.Sign([]byte(text))
		require.NoError(t, err)
		compact, err := signed.CompactSerialize()
		require.NoError(t, err)

		got, err := verifier.Verify(context.Background(), compact)
		if err != nil {
			var refused *auth.TokenError
			require.ErrorAs(t, err, &refused)

			return
		}

		// This map has the exact names. encoding/json accepts other cases of the names only for the fields of structs.
		claims := make(map[string]any)
		require.NoError(t, json.Unmarshal([]byte(text), &claims), text)
		require.Equal(t, p.URL, claims["iss"])

		list, _ := claims["aud"].([]any)
		require.True(t, claims["aud"] == audience || slices.Contains(list, any(audience)), text)

		// The minute of clock skew, and a second for fractions.
		latest, earliest := float64(now.Add(61*time.Second).Unix()), float64(now.Add(-61*time.Second).Unix())
		require.IsType(t, float64(0), claims["exp"], text)
		require.GreaterOrEqual(t, claims["exp"], earliest, text)

		if claims["nbf"] != nil {
			require.LessOrEqual(t, claims["nbf"], latest, text)
		}

		require.NotEmpty(t, got.TenantExternalID)
		require.NotEmpty(t, got.UserExternalID)
		require.LessOrEqual(t, len(got.DisplayName)+len(got.Email), 8*255)
	})
}

// FuzzBearerToken reads arbitrary Authorization headers.
func FuzzBearerToken(f *testing.F) {
	for _, seed := range []string{"Bearer abc", "bearer  abc ", "Basic abc", "Bearer", " ", "", "Bearer a b", "Bearer\tabc", "Bearer \x00"} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		token, present, err := auth.BearerToken(http.Header{"Authorization": {text}})
		require.True(t, present)
		require.Equal(t, err != nil, token == "", "a token or an error")
		require.Contains(t, text, token)
		require.Regexp(t, `^[A-Za-z0-9._~+/=-]*$`, token)
	})
}

func responseOf(text string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(text)),
	}
}
