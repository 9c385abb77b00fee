package auth_test

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

func TestATokenOfAProviderIdentifiesItsBearer(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	p.Claims = map[string]any{"tid": "acme", "roles": []string{"SIGN_IN_SERVICE"}}

	// The times of this token are those of the provider's clock.
	verifier := verifierOf(t, p, func(c *auth.Config) { c.Audience, c.Now = "sid1", time.Now })

	got, err := verifier.Verify(t.Context(), p.ClientToken(t))
	require.NoError(t, err)
	assert.Equal(t, "sid1", got.UserExternalID)
	assert.Equal(t, "acme", got.TenantExternalID)
	assert.Equal(t, []auth.Role{auth.RoleSignInService}, got.Roles.List())
}

func TestClaimsAreReadFromTheConfiguredPaths(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	ann := auth.Identity{
		TenantExternalID: "acme", UserExternalID: "ann", DisplayName: "Ann", Email: "ann@example.com",
		Roles: auth.NewRoles(auth.RoleGlobalReader), ExpiresAt: now.Add(time.Hour),
	}

	for name, test := range map[string]struct {
		config func(c *auth.Config)
		claims map[string]any
	}{
		"by default": {},
		"Entra ID": {
			func(c *auth.Config) { c.UserClaim = "oid" },
			map[string]any{"sub": "pairwise", "oid": "ann"},
		},
		"Keycloak": {
			func(c *auth.Config) { c.RolesClaim = "realm_access.roles"; c.FixedTenant = "acme" },
			map[string]any{"tid": nil, "roles": nil, "realm_access": map[string]any{"roles": []string{"GLOBAL_READER"}}},
		},
		"a claim whose name is a URL": {
			func(c *auth.Config) { c.RolesClaim = "https://example.com/roles" },
			map[string]any{"roles": nil, "https://example.com/roles": []string{"GLOBAL_READER"}},
		},
		"roles as text": {nil, map[string]any{"roles": "other GLOBAL_READER"}},
		"mapped roles": {
			func(c *auth.Config) { c.RoleMapping = map[string]string{"helpdesk": "GLOBAL_READER"} },
			map[string]any{"roles": []string{"helpdesk"}},
		},
		"expired, within the skew":       {nil, map[string]any{"exp": now.Add(-59 * time.Second).Unix()}},
		"not valid yet, within the skew": {nil, map[string]any{"nbf": now.Add(59 * time.Second).Unix()}},
		"several audiences":              {nil, map[string]any{"aud": []string{"other", audience}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := verifierOf(t, p, test.config).Verify(t.Context(), token(t, p, test.claims))
			require.NoError(t, err)

			got.ExpiresAt = ann.ExpiresAt
			assert.Equal(t, ann, got)
		})
	}
}

func TestAnInvalidTokenIsRefusedAndTheReasonHasNoPartOfIt(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	key := p.Current()

	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)

	good := token(t, p, nil)
	parts := strings.Split(good, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	claims := map[string]any{"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "exp": now.Add(time.Hour).Unix()}

	devKey, err := auth.OpenDevIssuer(t.TempDir()+"/key", func() time.Time { return now })
	require.NoError(t, err)
	dev, err := devKey.Sign(auth.Identity{TenantExternalID: "acme", UserExternalID: "ann"}, time.Hour)
	require.NoError(t, err)

	for name, test := range map[string]struct{ token, reason string }{
		"expired":             {token(t, p, map[string]any{"exp": now.Add(-61 * time.Second).Unix()}), "expired"},
		"without expiry":      {token(t, p, map[string]any{"exp": nil}), "malformed"},
		"not yet valid":       {token(t, p, map[string]any{"nbf": now.Add(61 * time.Second).Unix()}), "not valid yet"},
		"another audience":    {token(t, p, map[string]any{"aud": "other"}), "audience"},
		"another issuer":      {token(t, p, map[string]any{"iss": "https://evil.example"}), "issuer"},
		"no organization":     {token(t, p, map[string]any{"tid": nil}), "organization"},
		"no user":             {token(t, p, map[string]any{"sub": ""}), "user"},
		"unsigned":            {unsigned, "malformed"},
		"symmetric signature": {sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: der}, claims), "malformed"},
		"changed":             {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"`+p.URL+`"}`)) + "." + parts[2], ""},
		"not a token":         {"nonsense", "malformed"},
		"empty":               {"", "malformed"},
		"too long":            {strings.Repeat("a", 17<<10), "too long"},
		"development token":   {dev, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := verifierOf(t, p, nil).Verify(t.Context(), test.token)

			var refused *auth.TokenError
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, refused.Reason, test.reason)

			for part := range strings.SplitSeq(test.token, ".") {
				if len(part) > 1 {
					assert.NotContains(t, refused.Reason, part)
				}
			}
		})
	}
}

func TestKeysMayBeRotated(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	verifier := verifierOf(t, p, nil)
	old := token(t, p, nil)

	_, err := verifier.Verify(t.Context(), old)
	require.NoError(t, err)

	p.Rotate(t, "key-2")

	requireVerifiedSoon(t, verifier, token(t, p, nil), "the new key is fetched")
	_, err = verifier.Verify(t.Context(), old)
	require.NoError(t, err, "tokens stay valid while their key is published")
}

func TestAVerifiedTokenIsCachedUntilItExpiresOrKeysChange(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	clock := now
	verifier := verifierOf(t, p, func(c *auth.Config) { c.Now = func() time.Time { return clock } })
	old := token(t, p, nil)

	first, err := verifier.Verify(t.Context(), old)
	require.NoError(t, err)
	again, err := verifier.Verify(t.Context(), old)
	require.NoError(t, err)
	assert.Equal(t, first, again)

	var refused *auth.TokenError

	_, err = verifier.Verify(t.Context(), old[:len(old)-4]+"AAAA")
	require.ErrorAs(t, err, &refused, "a token with another signature is not in the cache")

	clock = now.Add(2 * time.Hour)
	_, err = verifier.Verify(t.Context(), old)
	require.ErrorAs(t, err, &refused, "a cached token expires")
	clock = now

	p.Rotate(t, "key-2")
	p.Withdraw()

	requireVerifiedSoon(t, verifier, token(t, p, nil), "the keys are fetched again")
	_, err = verifier.Verify(t.Context(), old)
	require.ErrorAs(t, err, &refused, "its key was withdrawn")
}

func BenchmarkVerifyACachedToken(b *testing.B) {
	issuer, err := auth.OpenDevIssuer(filepath.Join(b.TempDir(), "key.json"), time.Now)
	require.NoError(b, err)
	signed, err := issuer.Sign(auth.Identity{TenantExternalID: "acme", UserExternalID: "ann"}, time.Hour)
	require.NoError(b, err)

	verifier := issuer.Verifier()

	b.ReportAllocs()

	for b.Loop() {
		if _, err := verifier.Verify(b.Context(), signed); err != nil {
			b.Fatal(err)
		}
	}
}

func TestATokenCannotBeVerifiedWhileTheProviderIsDown(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	verifier := verifierOf(t, p, nil)
	unverified := token(t, p, nil)
	p.Server.Close()

	_, err := verifier.Verify(t.Context(), unverified)
	require.ErrorIs(t, err, auth.ErrKeysUnavailable)

	var refused *auth.TokenError
	assert.NotErrorAs(t, err, &refused, "the token may be valid")
}

func TestAVerifierNeedsAnIssuerAndAnAudience(t *testing.T) {
	t.Parallel()

	_, err := auth.NewOIDC(t.Context(), auth.Config{Issuer: "https://login.example"})
	require.ErrorContains(t, err, "audience")

	verifier, err := auth.NewOIDC(t.Context(), auth.Config{Issuer: "http://127.0.0.1:1", Audience: audience})
	require.NoError(t, err, "the issuer may respond later")
	t.Cleanup(verifier.Close)
	require.ErrorContains(t, verifier.Ready(t.Context()), "OpenID configuration")
}

func TestABearerTokenIsReadFromItsHeader(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		values  []string
		token   string
		present bool
		good    bool
	}{
		{nil, "", false, true},
		{[]string{"Bearer abc"}, "abc", true, true},
		{[]string{"bearer abc"}, "abc", true, true},
		{[]string{"BEARER a-b.c_d~e+f/g=="}, "a-b.c_d~e+f/g==", true, true},
		{[]string{"Bearer  abc"}, "", true, false},
		{[]string{"Bearer abc "}, "", true, false},
		{[]string{" Bearer abc"}, "", true, false},
		{[]string{"Bearer\tabc"}, "", true, false},
		{[]string{"Bearer abc\n"}, "", true, false},
		{[]string{"Bearer a b"}, "", true, false},
		{[]string{"Bearer a, Bearer b"}, "", true, false},
		{[]string{"Bearer a,b"}, "", true, false},
		{[]string{"Bearer \"abc\""}, "", true, false},
		{[]string{"Bearer a\u00e9"}, "", true, false},
		{[]string{"Bearer a=b"}, "", true, false},
		{[]string{"Bearer =="}, "", true, false},
		{[]string{"Basic abc"}, "", true, false},
		{[]string{"Bearer"}, "", true, false},
		{[]string{"Bearer a", "Bearer b"}, "", true, false},
	} {
		got, present, err := auth.BearerToken(http.Header{"Authorization": test.values})
		assert.Equal(t, test.good, err == nil, "%v", test.values)
		assert.Equal(t, test.present, present, "%v", test.values)

		if test.good {
			assert.Equal(t, test.token, got)
		}
	}
}
