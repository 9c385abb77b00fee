package devprovider_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/devprovider"
)

// world is a provider with a browser in front of it, and the API's verifier behind it.
type world struct {
	*testing.T

	url      string
	issuer   *auth.DevIssuer
	verifier auth.Verifier
	provider *oidc.Provider
	browser  *http.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()

	var handler http.Handler

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)

	issuer, err := auth.OpenDevIssuer(filepath.Join(t.TempDir(), "key.json"), time.Now)
	require.NoError(t, err)
	key, err := issuer.Key()
	require.NoError(t, err)

	provider, err := devprovider.New(devprovider.Config{
		Issuer: server.URL + "/oidc", Key: key, Audience: auth.DevAudience, Tenant: "demo", TokenTTL: time.Minute,
		People: []auth.Identity{
			{UserExternalID: "ada", DisplayName: "Ada Admin", Roles: auth.NewRoles(auth.RoleGlobalAdmin)},
			{UserExternalID: "uma", DisplayName: "Uma User", Email: "uma@example.com"},
		},
	})
	require.NoError(t, err)

	handler = provider.Handler()

	discovered, err := oidc.NewProvider(t.Context(), server.URL+"/oidc")
	require.NoError(t, err)

	w := &world{T: t, url: server.URL, issuer: issuer, verifier: issuer.Verifier(server.URL + "/oidc"), provider: discovered}
	w.newBrowser()

	return w
}

// newBrowser is one without cookies, which stops where the provider sends it back to the application.
func (w *world) newBrowser() {
	jar, err := cookiejar.New(nil)
	require.NoError(w, err)

	w.browser = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.Path, devprovider.Path) {
			return http.ErrUseLastResponse
		}

		return nil
	}}
}

// console is the client that the admin console is.
func (w *world) console(scopes ...string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: devprovider.ConsoleClient, Endpoint: w.provider.Endpoint(),
		RedirectURL: w.url + "/console/callback", Scopes: append([]string{"openid", "profile"}, scopes...),
	}
}

var hidden = regexp.MustCompile(`name="id" value="([A-Z0-9]+)"`)

// open follows the browser to where it stops, which is a page or the way back to the application.
func (w *world) open(address string) (page string, back url.Values) {
	w.Helper()

	response, err := w.browser.Get(address)
	require.NoError(w, err)

	return w.arrive(response)
}

func (w *world) arrive(response *http.Response) (page string, back url.Values) {
	w.Helper()

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(w, err)

	if to, err := response.Location(); err == nil {
		return "", to.Query()
	}

	return string(body), nil
}

// choose signs in as somebody on the page.
func (w *world) choose(page, field, person string) (next string, back url.Values) {
	w.Helper()

	found := hidden.FindStringSubmatch(page)
	require.NotNil(w, found, page)

	response, err := w.browser.PostForm(w.url+devprovider.Path+"login", url.Values{"id": {found[1]}, field: {person}})
	require.NoError(w, err)

	return w.arrive(response)
}

// signIn goes the whole way from the console and back, as one of the people.
func (w *world) signIn(person string, scopes ...string) *oauth2.Token {
	w.Helper()

	config, verifier := w.console(scopes...), oauth2.GenerateVerifier()

	page, _ := w.open(config.AuthCodeURL("state", oidc.Nonce("nonce"), oauth2.S256ChallengeOption(verifier)))
	_, back := w.choose(page, "person", person)
	require.Equal(w, "state", back.Get("state"))

	token, err := config.Exchange(w.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(w, err)

	return token
}

func (w *world) identity(token string) auth.Identity {
	w.Helper()

	identity, err := w.verifier.Verify(w.Context(), token)
	require.NoError(w, err)

	identity.ExpiresAt = time.Time{}

	return identity
}

func TestOneSignsInByChoosingWhoToBe(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	token := w.signIn("ada")
	assert.Equal(t, auth.Identity{
		TenantExternalID: "demo", UserExternalID: "ada", DisplayName: "Ada Admin",
		Roles: auth.NewRoles(auth.RoleGlobalAdmin),
	}, w.identity(token.AccessToken))
	assert.WithinDuration(t, time.Now().Add(time.Minute), token.Expiry, 10*time.Second)

	raw, _ := token.Extra("id_token").(string)
	idToken, err := w.provider.Verifier(&oidc.Config{ClientID: devprovider.ConsoleClient}).Verify(t.Context(), raw)
	require.NoError(t, err)
	assert.Equal(t, "nonce", idToken.Nonce)
	require.NoError(t, idToken.VerifyAccessToken(token.AccessToken))

	var claims struct{ Name string }

	require.NoError(t, idToken.Claims(&claims))
	assert.Equal(t, "Ada Admin", claims.Name)

	_, err = w.verifier.Verify(t.Context(), raw)
	assert.ErrorContains(t, err, "organization", "the API takes no ID token for an access token")
}

func TestAnybodyElseSignsInByTheirIDAndHasNoRole(t *testing.T) {
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

func TestACodeIsGoodOnceAndOnlyForWhoeverAskedForIt(t *testing.T) {
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
	require.ErrorContains(t, exchange(back.Get("code"), oauth2.VerifierOption(verifier)), "invalid_grant", "it was tried")

	_, back = w.open(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	require.NoError(t, exchange(back.Get("code"), oauth2.VerifierOption(verifier)))
	require.ErrorContains(t, exchange(back.Get("code"), oauth2.VerifierOption(verifier)), "invalid_grant", "it was used")

	_, back = w.open(config.AuthCodeURL("state"))
	require.ErrorContains(t, exchange(back.Get("code")), "PKCE required")
}

func TestTheProviderSendsNobodyElsewhere(t *testing.T) {
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

func TestASessionSignsInSilentlyUntilOneSignsOut(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ask := func(prompt string) (string, url.Values) {
		return w.open(w.console().AuthCodeURL("state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()),
			oauth2.SetAuthURLParam("prompt", prompt)))
	}

	_, back := ask("none")
	assert.Equal(t, "login_required", back.Get("error"))
	assert.Equal(t, "state", back.Get("state"))

	token := w.signIn("ada", "offline_access")
	raw, _ := token.Extra("id_token").(string)

	_, back = ask("none")
	assert.NotEmpty(t, back.Get("code"))

	page, _ := ask("select_account")
	assert.Contains(t, page, "Uma User", "one may be somebody else")

	_, back = w.open(w.url + "/oidc/end_session?" + url.Values{
		"id_token_hint": {raw}, "post_logout_redirect_uri": {w.url + "/console/signed-out"}, "state": {"out"},
	}.Encode())
	assert.Equal(t, "out", back.Get("state"), "it leads back to the application")

	_, back = ask("none")
	assert.Equal(t, "login_required", back.Get("error"))

	_, err := w.console().TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	assert.ErrorContains(t, err, "invalid_grant", "the sign-out took the refresh token back")

	page, _ = w.open(w.url + "/oidc/end_session")
	assert.Contains(t, page, "You are signed out")
}

func TestARefreshTokenIsGoodOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	assert.Empty(t, w.signIn("uma").RefreshToken, "it was not asked for")
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

func TestASignInServiceGetsATokenOfItsOwn(t *testing.T) {
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

func TestTheLoginPageRunsNoScriptAndLeadsOnlyBack(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	config := &oauth2.Config{
		ClientID: devprovider.SignInClient, Endpoint: w.provider.Endpoint(), RedirectURL: "http://127.0.0.1:9/callback",
	}

	response, err := w.browser.Get(config.AuthCodeURL("state", oauth2.SetAuthURLParam("scope", "openid")))
	require.NoError(t, err)

	page, _ := w.arrive(response)
	policy := response.Header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'; style-src 'self';")
	assert.Contains(t, policy, "form-action 'self' http://127.0.0.1:9", "browsers follow a form's answer only to where it says")
	assert.NotContains(t, page, "<script")

	page, _ = w.open(w.url + "/oidc/login?id=nonsense")
	assert.Contains(t, page, "sign in again")
}

func TestPeopleAreWhoTheUserinfoEndpointSaysTheyAre(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	info, err := w.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(w.signIn("uma", "email")))
	require.NoError(t, err)
	assert.Equal(t, "uma", info.Subject)
	assert.Equal(t, "uma@example.com", info.Email)
}

func TestTokensOfAnotherServersProviderAreRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	token := w.signIn("ada").AccessToken

	for _, providers := range [][]string{nil, {"http://127.0.0.1:1/oidc"}} {
		_, err := w.issuer.Verifier(providers...).Verify(t.Context(), token)
		require.ErrorContains(t, err, "from another issuer")

		own, err := w.issuer.Sign(auth.Identity{TenantExternalID: "demo", UserExternalID: "ada"}, time.Minute)
		require.NoError(t, err)

		_, err = w.issuer.Verifier(providers...).Verify(t.Context(), own)
		require.NoError(t, err, "tokens of the command line are accepted beside a provider's")
	}

	other, err := auth.OpenDevIssuer(filepath.Join(t.TempDir(), "key.json"), time.Now)
	require.NoError(t, err)

	_, err = other.Verifier(w.url+"/oidc").Verify(t.Context(), token)
	require.ErrorContains(t, err, "signature", "the key is another")
}
