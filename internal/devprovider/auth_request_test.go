package devprovider_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/devprovider"
)

func TestAUserSignsInByChoosingAPerson(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	token := w.signIn("ada")
	assert.Equal(t, auth.Identity{
		TenantExternalID: "demo", UserExternalID: "ada", DisplayName: "Ada Admin",
		Roles: auth.NewRoles(auth.RoleGlobalAdmin),
	}, w.identity(token.AccessToken))
	assert.WithinDuration(t, time.Now().Add(time.Minute), token.Expiry, 30*time.Second)

	raw, _ := token.Extra("id_token").(string)
	idToken, err := w.provider.Verifier(&oidc.Config{ClientID: devprovider.ConsoleClient}).Verify(t.Context(), raw)
	require.NoError(t, err)
	assert.Equal(t, "nonce", idToken.Nonce)
	require.NoError(t, idToken.VerifyAccessToken(token.AccessToken))

	var claims struct{ Name string }

	require.NoError(t, idToken.Claims(&claims))
	assert.Equal(t, "Ada Admin", claims.Name)

	_, err = w.verifier.Verify(t.Context(), raw)
	assert.ErrorContains(t, err, "organization", "the API rejects ID tokens")
}

func TestAUserSignsInByAnyOtherIDWithoutARole(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	config, verifier := w.console(), oauth2.GenerateVerifier()
	page, _ := w.open(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))

	for _, bad := range []string{"", "<script>", devprovider.SignInUser, strings.Repeat("x", 65)} {
		next, back := w.choose(page, "other", bad)
		assert.Nil(t, back, bad)
		assert.Contains(t, next, `role="alert"`)
	}

	_, back := w.choose(page, "other", "new@example.com")
	token, err := config.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)

	identity := w.identity(token.AccessToken)
	assert.Equal(t, "new@example.com", identity.UserExternalID)
	assert.Empty(t, identity.Roles.List())
}

func TestACodeCanBeExchangedOnceAndOnlyByItsClient(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	config, verifier := w.console(), oauth2.GenerateVerifier()

	exchange := func(code string, options ...oauth2.AuthCodeOption) error {
		_, err := config.Exchange(t.Context(), code, options...)

		return err
	}

	page, _ := w.open(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	_, back := w.choose(page, "person", "ada")
	require.ErrorContains(t, exchange(back.Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier())), "invalid_grant")
	require.ErrorContains(t, exchange(back.Get("code"), oauth2.VerifierOption(verifier)), "invalid_grant", "the failed exchange used the code")

	_, back = w.open(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	require.NoError(t, exchange(back.Get("code"), oauth2.VerifierOption(verifier)))
	require.ErrorContains(t, exchange(back.Get("code"), oauth2.VerifierOption(verifier)), "invalid_grant", "the code was used")

	_, back = w.open(config.AuthCodeURL("state"))
	require.ErrorContains(t, exchange(back.Get("code")), "PKCE required")
}

func TestTheProviderRedirectsOnlyToRegisteredURLs(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	challenge := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())

	for _, elsewhere := range []string{
		"https://evil.example/console/callback", w.url + "/console/callback/../../evil",
		"http://127.0.0.1:1/console/callback", "http://127.0.0.1.evil.example/callback",
	} {
		config := w.console()
		config.RedirectURL = elsewhere

		page, back := w.open(config.AuthCodeURL("state", challenge))
		assert.Nil(t, back, elsewhere)
		assert.Contains(t, page, "redirect_uri", elsewhere)
	}

	signIn := w.console()
	signIn.ClientID = devprovider.SignInClient

	for _, elsewhere := range []string{
		"http://127.0.0.1:1@evil.example/callback", "http://localhost:1@evil.example/callback", "http://localhost:1@evil.example:80/callback",
		"http://127.0.0.1:8080\\@evil.example/callback", "http://127.0.0.1:8080%2f@evil.example/callback",
		"http://127.0.0.1:1#@evil.example/callback", "http://127.0.0.1:1?@evil.example/callback", "http://127.0.0.1:1;@evil.example/callback",
		"http://user@127.0.0.1:8080/callback", "http://127.0.0.1:8080@127.0.0.1:8080/callback", "http://127.0.0.1:80x/callback",
		"http://127.0.0.1:/callback", "http://127.0.0.1:0/callback", "http://127.0.0.1:+80/callback", "http://127.0.0.1:080/callback", "http://127.0.0.1:99999/callback",
		"http://127.0.0.1:8080//callback", "http://127.0.0.1:8080/callback/", "http://127.0.0.1:8080/%63allback", "http://127.0.0.1:8080/x/../callback",
		"http://127.0.0.1:8080/callback?x=1", "http://127.0.0.1:8080/callback#x", "http://127.0.0.1:8080/callback#",
		"http://127.0.0.1.evil.example:8080/callback", "http://LOCALHOST:8080/callback", "http://127.1:8080/callback", "http://[::1]:8080/callback",
		"HTTP://127.0.0.1:8080/callback", "https://127.0.0.1:8080/callback", "//127.0.0.1:8080/callback", "http:/127.0.0.1:8080/callback",
		" http://127.0.0.1:8080/callback", "http://127.0.0.1:8080/callback\n", "javascript:alert(1)//127.0.0.1:1/callback", "",
	} {
		signIn.RedirectURL = elsewhere

		page, back := w.open(signIn.AuthCodeURL("state", challenge))
		assert.Nil(t, back, elsewhere)
		assert.Contains(t, page, "redirect_uri", elsewhere)
	}

	signIn.RedirectURL = "http://127.0.0.1:8080/callback"
	page, _ := w.open(signIn.AuthCodeURL("state", challenge))
	assert.NotContains(t, page, "redirect_uri", "a program on this machine")

	page, back := w.open(signIn.AuthCodeURL("state", challenge) + "&redirect_uri=https%3A%2F%2Fevil.example%2F")
	assert.Nil(t, back, "two URLs")
	assert.Contains(t, page, "redirect_uri")

	for _, elsewhere := range []string{"https://evil.example/", w.url + "/console/signed-out@evil.example", w.url + "/console/signed-out/", "http://127.0.0.1:1@evil.example/"} {
		page, back := w.open(w.url + "/oidc/end_session?client_id=" + devprovider.ConsoleClient + "&post_logout_redirect_uri=" + url.QueryEscape(elsewhere))
		assert.Nil(t, back, elsewhere)
		assert.Contains(t, page, "post_logout_redirect_uri", elsewhere)
	}

	response, err := w.browser.Do(crossOrigin(t, w.url+"/oidc/.well-known/openid-configuration"))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Empty(t, response.Header.Get("Access-Control-Allow-Origin"))
}

func crossOrigin(t *testing.T, address string) *http.Request {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	request.Header.Set("Origin", "https://evil.example")

	return request
}
