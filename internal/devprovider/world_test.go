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
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/devprovider"
)

// world is a provider with a browser that signs in, and the verifier of the API that accepts its tokens.
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

// newBrowser replaces the browser by one without cookies. It does not follow redirects to the application.
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

// console returns the OAuth configuration of the admin console.
func (w *world) console(scopes ...string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: devprovider.ConsoleClient, Endpoint: w.provider.Endpoint(),
		RedirectURL: w.url + "/console/callback", Scopes: append([]string{"openid", "profile"}, scopes...),
	}
}

var hidden = regexp.MustCompile(`name="id" value="([A-Z0-9]+)"`)

// open opens a URL and follows redirects. It returns the page, or the parameters of the redirect to the application.
func (w *world) open(address string) (page string, back url.Values) {
	w.Helper()

	response, err := w.browser.Get(address)
	require.NoError(w, err)

	return w.arrive(response)
}

// arrive returns the page, or the parameters of the redirect.
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

// choose sends the login page's form with one of its fields, person or other.
func (w *world) choose(page, field, person string) (next string, back url.Values) {
	w.Helper()

	found := hidden.FindStringSubmatch(page)
	require.NotNil(w, found, page)

	response, err := w.browser.PostForm(w.url+devprovider.Path+"login", url.Values{"id": {found[1]}, field: {person}})
	require.NoError(w, err)

	return w.arrive(response)
}

// signIn signs in to the console as a person, and returns the tokens.
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

// identity verifies an access token as the API does, and returns its identity without its expiry.
func (w *world) identity(token string) auth.Identity {
	w.Helper()

	identity, err := w.verifier.Verify(w.Context(), token)
	require.NoError(w, err)

	identity.ExpiresAt = time.Time{}

	return identity
}
