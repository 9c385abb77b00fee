package devprovider_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/devprovider"
)

func TestARefreshTokenCanBeUsedOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	assert.Empty(t, w.signIn("uma").RefreshToken, "the scope offline_access was not requested")
	w.newBrowser()

	renew := func(token string) (*oauth2.Token, error) {
		return w.console().TokenSource(t.Context(), &oauth2.Token{RefreshToken: token}).Token()
	}

	first := w.signIn("uma", "offline_access")
	second, err := renew(first.RefreshToken)
	require.NoError(t, err)
	assert.Equal(t, "uma", w.identity(second.AccessToken).UserExternalID)
	assert.NotEqual(t, first.AccessToken, second.AccessToken)

	_, err = renew(first.RefreshToken)
	require.ErrorContains(t, err, "invalid_grant")

	third, err := renew(second.RefreshToken)
	require.NoError(t, err)
	assert.Equal(t, "uma@example.com", w.identity(third.AccessToken).Email)
}

func TestASignInServiceGetsAToken(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ask := func(id, secret string) (*oauth2.Token, error) {
		config := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: w.provider.Endpoint().TokenURL}

		return config.Token(t.Context())
	}

	token, err := ask(devprovider.SignInClient, devprovider.SignInSecret)
	require.NoError(t, err)

	identity := w.identity(token.AccessToken)
	assert.Equal(t, devprovider.SignInUser, identity.UserExternalID)
	assert.Equal(t, []auth.Role{auth.RoleSignInService}, identity.Roles.List())

	for id, secret := range map[string]string{
		devprovider.SignInClient: "wrong", devprovider.ConsoleClient: "", "nobody": devprovider.SignInSecret,
	} {
		_, err := ask(id, secret)
		require.ErrorContains(t, err, "invalid_client", id)
	}
}

func TestTheUserinfoEndpointDescribesTheUser(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	info, err := w.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(w.signIn("uma", "email")))
	require.NoError(t, err)
	assert.Equal(t, "uma", info.Subject)
	assert.Equal(t, "uma@example.com", info.Email)
}

func TestTokensOfAnotherServerAreRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	token := w.signIn("ada").AccessToken

	for _, providers := range [][]string{nil, {"http://127.0.0.1:1/oidc"}} {
		_, err := w.issuer.Verifier(providers...).Verify(t.Context(), token)
		require.ErrorContains(t, err, "from another issuer")

		own, err := w.issuer.Sign(auth.Identity{TenantExternalID: "demo", UserExternalID: "ada"}, time.Minute)
		require.NoError(t, err)

		_, err = w.issuer.Verifier(providers...).Verify(t.Context(), own)
		require.NoError(t, err, "tokens of the command line are accepted, too")
	}

	other, err := auth.OpenDevIssuer(filepath.Join(t.TempDir(), "key.json"), time.Now)
	require.NoError(t, err)

	_, err = other.Verifier(w.url+"/oidc").Verify(t.Context(), token)
	require.ErrorContains(t, err, "signature", "it has another key")
}
