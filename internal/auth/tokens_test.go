package auth_test

import (
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

const audience = "autoclaim-api"

// token returns a valid token of the provider with some claims changed. A claim that is changed to nil is left out.
func token(t *testing.T, p *oidctest.Provider, changes map[string]any) string {
	t.Helper()

	claims := map[string]any{
		"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "roles": []string{"GLOBAL_READER", "Other.Role"},
		"name": "Ann", "email": "ann@example.com", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}

	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}

	key := p.Current()

	return sign(t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()}}, claims)
}

func sign(t *testing.T, key jose.SigningKey, claims map[string]any) string {
	t.Helper()

	signer, err := jose.NewSigner(key, nil)
	require.NoError(t, err)

	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)

	return token
}

// now is the current time of the tests.
var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// requireVerifiedSoon fails unless the verifier accepts the token after it has fetched the keys. The first try may
// still get the keys of a fetch that was in progress: go-oidc ends a fetch asynchronously.
func requireVerifiedSoon(t *testing.T, verifier auth.Verifier, token, why string) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := verifier.Verify(t.Context(), token)

		return err == nil
	}, 10*time.Second, time.Millisecond, why)
}

func verifierOf(t *testing.T, p *oidctest.Provider, change func(c *auth.Config)) auth.Verifier {
	t.Helper()

	config := auth.Config{
		Issuer: p.URL, Audience: audience, ClockSkew: time.Minute, Now: func() time.Time { return now }, HTTPClient: p.Server.Client(),
	}
	if change != nil {
		change(&config)
	}

	verifier, err := auth.NewOIDC(t.Context(), config)
	require.NoError(t, err)

	return verifier
}
