package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

// signIn signs in to a development server as a person, as the console does, and returns the access token.
func signIn(t *testing.T, server, person string) string {
	t.Helper()

	provider, err := oidc.NewProvider(t.Context(), server+"/oidc")
	require.NoError(t, err)

	config := oauth2.Config{
		ClientID: devprovider.ConsoleClient, Endpoint: provider.Endpoint(),
		RedirectURL: server + console.Path + "callback", Scopes: []string{"openid", "profile", "offline_access"},
	}

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)

	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, console.Path) {
			return http.ErrUseLastResponse
		}

		return nil
	}}

	verifier := oauth2.GenerateVerifier()
	response, err := browser.Get(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	require.NoError(t, err)

	page, err := io.ReadAll(response.Body)
	require.NoError(t, response.Body.Close())
	require.NoError(t, err)

	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindSubmatch(page)
	require.NotNil(t, id, string(page))

	response, err = browser.PostForm(server+"/oidc/login", url.Values{"id": {string(id[1])}, "person": {person}})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	back, err := response.Location()
	require.NoError(t, err)

	token, err := config.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	require.NotEmpty(t, token.RefreshToken)

	return token.AccessToken
}

func TestAUserOfADevelopmentServerHasTheRoleOfTheChosenPerson(t *testing.T) {
	t.Parallel()

	server := start(t, t.TempDir(), storetest.SQLite(t))

	const change = `mutation { setAutoClaimEnabled(input: {enabled: true}) { settings { autoClaimEnabled } } }`

	var ignored any

	for person, permissions := range map[string]map[string]bool{
		"demo-admin":   {change: true, `{ policies { totalCount } }`: true, `{ claimReport { totalClaims } }`: true},
		"demo-reader":  {change: false, `{ policies { totalCount } }`: true, `{ claimReport { totalClaims } }`: true},
		"demo-reports": {change: false, `{ policies { totalCount } }`: false, `{ claimReport { totalClaims } }`: true},
		"demo-user":    {change: false, `{ policies { totalCount } }`: false, `{ viewer { user { id } } }`: true},
	} {
		server.tokens["browser"] = signIn(t, server.url, person)

		for operation, allowed := range permissions {
			err := server.query(t.Context(), "browser", operation, &ignored)
			if allowed {
				require.NoError(t, err, "%s: %s", person, operation)
			} else {
				require.ErrorContains(t, err, "role", "%s: %s", person, operation)
			}
		}
	}
}

func TestADevelopmentServerServesItsPagesOnlyToLoopbackHosts(t *testing.T) {
	t.Parallel()

	server := start(t, t.TempDir(), storetest.SQLite(t))
	get := func(path, host string) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+path, nil)
		require.NoError(t, err)

		if host != "" {
			request.Host = host
		}

		response, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())

		return response
	}

	for _, path := range []string{playground.Path, console.Path, "/oidc/.well-known/openid-configuration"} {
		assert.Equal(t, http.StatusMisdirectedRequest, get(path, "evil.example").StatusCode, path)
	}

	home := playground.Path
	if console.Built() {
		home = console.Path
	}

	assert.Equal(t, home, get("/", "").Header.Get("Location"))
	assert.Equal(t, server.url+"/console/policies?x=1", get("/console/policies?x=1", "localhost:8080").Header.Get("Location"),
		"the provider knows the console by one URL")
	assert.Equal(t, http.StatusOK, get("/oidc/keys", "").StatusCode)
}

func TestADevelopmentServerRefusesItsTokensToOtherHostNames(t *testing.T) {
	t.Parallel()

	server := start(t, t.TempDir(), storetest.SQLite(t))

	for host, status := range map[string]int{
		"": http.StatusOK, "localhost": http.StatusOK, "rebound.example": http.StatusMisdirectedRequest, "127.0.0.1.rebound.example": http.StatusMisdirectedRequest,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+playground.Path+"callers.json", http.NoBody)
		require.NoError(t, err)

		request.Host = host
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, status, response.StatusCode, host)
	}
}

func TestTheConsoleOfAProductionServerSignsInAtItsProvider(t *testing.T) {
	t.Parallel()

	provider := oidctest.New(t)
	command := serveCommand{
		Issuer: provider.URL, Console: true, ConsoleClientID: "the-console", ConsoleScope: "openid api", Playground: true,
	}

	environment := &environment{logger: storetest.Logger()}
	pages, err := command.pages(t.Context(), environment)
	require.NoError(t, err)
	require.Len(t, pages, 2)
	assert.Equal(t, console.Path, pages[0].Path, "/ redirects to the first page")

	urls, err := console.TokenURLs(t.Context(), provider.URL)
	require.NoError(t, err)
	assert.Equal(t, []string{provider.URL + "/oauth/token", provider.URL + "/revoke"}, urls)

	provider.Server.Close()

	pages, err = command.pages(t.Context(), environment)
	require.NoError(t, err, "the provider may respond later")

	response := httptest.NewRecorder()
	pages[0].Handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, console.Path, nil))
	assert.Equal(t, http.StatusServiceUnavailable, response.Code)
	assert.Contains(t, response.Body.String(), "identity provider does not respond")
}
