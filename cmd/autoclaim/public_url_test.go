package main

import (
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

func TestAPublicURLIsNormalized(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]publicURL{
		"https://example.com":                     {"https://example.com", ""},
		"https://example.com/":                    {"https://example.com", ""},
		"https://example.com/autoclaim":           {"https://example.com", "/autoclaim"},
		"https://example.com/autoclaim/":          {"https://example.com", "/autoclaim"},
		"HTTPS://Example.COM:443/Apps/auto_claim": {"https://example.com", "/Apps/auto_claim"},
		"http://example.com:80/a":                 {"http://example.com", "/a"},
		"https://example.com:8443/a.b/c~d/e-f":    {"https://example.com:8443", "/a.b/c~d/e-f"},
		"http://127.0.0.1:8080/graphqls":          {"http://127.0.0.1:8080", "/graphqls"},
		"https://[2001:DB8:0::1]:443/a":           {"https://[2001:db8::1]", "/a"},
		"https://[::ffff:192.0.2.1]/a":            {"https://[::ffff:c000:201]", "/a"},
		"https://xn--bcher-kva.example/a":         {"https://xn--bcher-kva.example", "/a"},
	} {
		got, err := parsePublicURL(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestAnOriginThatBrowsersSendIsAccepted(t *testing.T) {
	t.Parallel()

	for _, origin := range []string{
		"*", "https://admin.example.com", "http://localhost:3000", "https://a.example:8443", "https://192.0.2.1", "https://[2001:db8::1]",
		"https://[2001:db8::1]:8443", "https://[::ffff:c000:201]", "https://xn--bcher-kva.example", "https://a_b.example", "http://a:443", "https://a:80",
	} {
		assert.NoError(t, checkOrigin(origin), origin)
	}
}

func TestAnOriginThatIsAlmostRightIsRefusedWithTheRightOne(t *testing.T) {
	t.Parallel()

	for text, says := range map[string]string{
		"https://admin.example.com/":         "write https://admin.example.com",
		"https://admin.example.com/console":  "write https://admin.example.com",
		"https://Admin.example.com":          "write it as https://admin.example.com",
		"https://admin.example.com:443":      "write it as https://admin.example.com",
		"http://admin.example.com:80/?x":     "write http://admin.example.com",
		"https://[2001:DB8:0:0:0:0:0:1]:443": "write it as https://[2001:db8::1]",
		"https://[::ffff:192.0.2.1]":         "write it as https://[::ffff:c000:201]",
		"admin.example.com":                  "begin with https:// or http://",
		"https://*.example.com":              "no wildcards",
	} {
		assert.ErrorContains(t, checkOrigin(text), says, text)
	}
}

func TestNetworksOfProxiesAreRead(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"10.1.2.3": "10.1.2.3/32", "10.0.0.0/8": "10.0.0.0/8", "::1": "::1/128", "2001:DB8::/32": "2001:db8::/32", "::ffff:10.1.2.3": "10.1.2.3/32",
	} {
		network, err := parseNetwork(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, network.String())
	}
}

// startBelow starts a development server for a public URL. Requests go to the server itself, as those of a proxy do.
func startBelow(t *testing.T, public string) (direct string, log *output) {
	t.Helper()

	log = new(output)
	cmd := exec.Command(program, "serve", "--dev", "--listen=127.0.0.1:0", "--public-url="+public, "--database-url="+storetest.SQLite(t))
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), log, log

	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // The test is over.
		_ = cmd.Wait()
	})

	direct = requireServing(t, log)
	requireReady(t, direct)

	return direct, log
}

// fetch sends a GET request with a Host header, and returns the response without following redirects, and its body.
func fetch(t *testing.T, url, host string) (*http.Response, string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)

	request.Host = host
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response, string(body)
}

func TestThePagesOfADevelopmentServerAreBelowItsPublicURL(t *testing.T) {
	t.Parallel()

	direct, log := startBelow(t, "https://example.com/autoclaim/")
	assert.Contains(t, log.String(), "Console: https://example.com/autoclaim/console/")
	assert.Contains(t, log.String(), "Playground: https://example.com/autoclaim/playground/")
	assert.Contains(t, log.String(), "everybody who reaches the public URL")

	home := "/autoclaim" + playground.Path
	if console.Built() {
		home = "/autoclaim" + console.Path
	}

	for _, prefix := range []string{"", "/autoclaim"} { // The proxy strips the prefix, or passes it on.
		for _, host := range []string{"example.com", strings.TrimPrefix(direct, "http://")} { // It passes the Host header on, or does not.
			response, _ := fetch(t, direct+prefix+"/", host)
			assert.Equal(t, home, response.Header.Get("Location"), prefix)

			if console.Built() {
				_, page := fetch(t, direct+prefix+"/console/policies/123", host)
				assert.Contains(t, page, `src="/autoclaim/console/assets/`, prefix)
				assert.NotContains(t, page, `"./`)

				_, settings := fetch(t, direct+prefix+"/console/config.json", host)
				assert.JSONEq(t, `{"authority": "https://example.com/autoclaim/oidc", "clientId": "autoclaim-console",
					"apiUrl": "/autoclaim/graphql", "scope": "openid profile offline_access"}`, settings)
			}

			_, discovered := fetch(t, direct+prefix+"/oidc/.well-known/openid-configuration", host)
			assert.Contains(t, discovered, `"issuer":"https://example.com/autoclaim/oidc"`)
			assert.Contains(t, discovered, `"token_endpoint":"https://example.com/autoclaim/oidc/`)

			response, _ = fetch(t, direct+prefix+"/oidc/authorize?client_id=autoclaim-console&response_type=code&scope=openid&code_challenge=x"+
				"&code_challenge_method=S256&redirect_uri=https%3A%2F%2Fexample.com%2Fautoclaim%2Fconsole%2Fcallback", host)
			assert.Regexp(t, `^/autoclaim/oidc/login\?id=`, response.Header.Get("Location"))

			_, login := fetch(t, direct+response.Header.Get("Location"), host)
			assert.Contains(t, login, `action="/autoclaim/oidc/login"`)
			assert.Contains(t, login, `href="/autoclaim/oidc/login.css"`)
		}

		response, _ := fetch(t, direct+prefix+"/playground/callers.json", "rebound.example")
		assert.Equal(t, http.StatusMisdirectedRequest, response.StatusCode)
	}
}

func TestTheConsoleOfAProductionServerIsBelowItsPublicURL(t *testing.T) {
	t.Parallel()

	command := serveCommand{
		Issuer: oidctest.New(t).URL, Console: true, ConsoleClientID: "the-console", ConsoleScope: "openid", Playground: true,
		PublicURL: "https://example.com/autoclaim", CORSOrigin: []string{"https://admin.example.com"},
	}

	pages, err := command.pages(t.Context(), &environment{logger: storetest.Logger()})
	require.NoError(t, err)
	require.Len(t, pages, 2)
	assert.Equal(t, "/console/", pages[0].Path, "the server adds the prefix")
	assert.Equal(t, []string{"https://admin.example.com", "https://example.com"}, command.socketOrigins())
}
