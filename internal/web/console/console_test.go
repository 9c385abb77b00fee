package console

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const page = `<meta property="csp-nonce" nonce="CSP_NONCE"><div id="console" data-base="./"></div>` +
	`<script type="module" src="./assets/index-1.js" nonce="CSP_NONCE">`

// get requests a path of a console with files. headers are names and values in turn.
func get(t *testing.T, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()

	return getBelow(t, "", path, headers...)
}

// getBelow requests a path of a console that browsers reach at a path of its own.
func getBelow(t *testing.T, consolePath, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()

	built, err := handler(fstest.MapFS{
		"index.html":            {Data: []byte(page)},
		"assets/index-1.js":     {Data: []byte("plain")},
		"assets/index-1.js.br":  {Data: []byte("brotli")},
		"assets/index-1.js.gz":  {Data: []byte("gzip")},
		"assets/picture-2.webp": {Data: []byte("RIFF")},
		"icon.svg":              {Data: []byte("<svg/>")},
		".gitignore":            {Data: []byte("secret")},
		".vite/manifest.json":   {Data: []byte("secret")},
		"assets/.hidden.js":     {Data: []byte("secret")},
	}, Config{
		Authority: "https://login.example/tenant/v2.0", ClientID: "the-console", Scope: "openid api", API: "/graphql",
		Path:      consolePath,
		TokenURLs: []string{"https://tokens.example/token", "https://login.example/tenant/revoke"},
	})
	require.NoError(t, err)

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}

	response := httptest.NewRecorder()
	built.ServeHTTP(response, request)

	return response
}

func TestEachResponseWithThePageHasANewNonce(t *testing.T) {
	t.Parallel()

	nonces := make(map[string]bool)

	for range 3 {
		response := get(t, Path)
		policy := response.Header().Get("Content-Security-Policy")

		found := regexp.MustCompile(`'nonce-([A-Z0-9]{26})'`).FindStringSubmatch(policy)
		require.NotNil(t, found, policy)

		nonces[found[1]] = true

		want := strings.ReplaceAll(strings.ReplaceAll(page, "CSP_NONCE", found[1]), `"./`, `"/console/`)
		assert.Equal(t, want, response.Body.String())
		assert.Equal(t, "no-store", response.Header().Get("Cache-Control"), "a nonce must not be cached")
		assert.Contains(t, policy, "script-src 'self'; ")
		assert.NotContains(t, policy, "unsafe")
	}

	assert.Len(t, nonces, 3)
}

func TestThePageMayConnectOnlyToItsServerAndTheProvider(t *testing.T) {
	t.Parallel()

	assert.Contains(t, get(t, Path).Header().Get("Content-Security-Policy"),
		"connect-src 'self' https://login.example https://tokens.example; ")

	for _, nonsense := range []string{"", "login.example", "https://"} {
		_, err := handler(fstest.MapFS{"index.html": {}}, Config{Authority: nonsense})
		assert.ErrorContains(t, err, "not an absolute URL", nonsense)
	}
}

func TestEveryViewHasAURL(t *testing.T) {
	t.Parallel()

	for _, path := range []string{"", "policies", "policies/policy_01j/products", "callback?code=a.b", "index.html", "users/"} {
		response := get(t, Path+path)
		assert.Equal(t, http.StatusOK, response.Code, path)
		assert.Contains(t, response.Body.String(), "assets/index-1.js", path)
	}

	for _, path := range []string{"assets/index-0.js", "missing.png", "assets/.js"} {
		response := get(t, Path+path)
		assert.Equal(t, http.StatusNotFound, response.Code, path)
		assert.Empty(t, response.Header().Get("Cache-Control"), "the file may exist later")
	}
}

func TestTheConsoleWorksBelowThePathOfAProxy(t *testing.T) {
	t.Parallel()

	for _, view := range []string{"", "policies/policy_01j/products", "index.html"} {
		response := getBelow(t, "/autoclaim/console/", "/autoclaim/console/"+view)
		assert.Equal(t, http.StatusOK, response.Code, view)
		assert.Contains(t, response.Body.String(), `src="/autoclaim/console/assets/index-1.js"`, view)
		assert.Contains(t, response.Body.String(), `data-base="/autoclaim/console/"`, view)
		assert.NotContains(t, response.Body.String(), `"./`, view)
	}

	file := getBelow(t, "/autoclaim/console/", "/autoclaim/console/assets/index-1.js", "Accept-Encoding", "br")
	assert.Equal(t, "brotli", file.Body.String())
	assert.Equal(t, http.StatusOK, getBelow(t, "/autoclaim/console/", "/autoclaim/console/config.json").Code)

	missing := getBelow(t, "/autoclaim/console/", "/autoclaim/console/missing.png")
	assert.Equal(t, http.StatusNotFound, missing.Code)
	assert.Contains(t, missing.Body.String(), "The console is at /autoclaim/console/")
}

func TestFilesThatAreNotPartOfThePageAreNotServed(t *testing.T) {
	t.Parallel()

	for _, path := range []string{
		".gitignore", ".vite/manifest.json", "assets/.hidden.js", "assets/../.gitignore", "%2egitignore", "./.gitignore",
		"assets/index-1.js.br", "assets/index-1.js.gz", "assets/index-1.js.map",
	} {
		response := get(t, Path+path)
		assert.NotEqual(t, http.StatusOK, response.Code, path)
		assert.NotContains(t, response.Body.String(), "secret", path)
	}
}

func TestFilesAreSentCompressedAndCached(t *testing.T) {
	t.Parallel()

	for accepted, want := range map[string][2]string{
		"gzip, deflate, br, zstd": {"br", "brotli"},
		"gzip;q=1.0, br;q=0":      {"gzip", "gzip"},
		"GZIP":                    {"gzip", "gzip"},
		"brotli, x-gzip":          {"", "plain"},
		"":                        {"", "plain"},
	} {
		response := get(t, Path+"assets/index-1.js", "Accept-Encoding", accepted)
		assert.Equal(t, want, [2]string{response.Header().Get("Content-Encoding"), response.Body.String()}, accepted)
		assert.Equal(t, "text/javascript; charset=utf-8", response.Header().Get("Content-Type"))
		assert.Equal(t, "public, max-age=31536000, immutable", response.Header().Get("Cache-Control"))
		assert.Equal(t, "Accept-Encoding", response.Header().Get("Vary"))
	}

	response := get(t, Path+"icon.svg", "Accept-Encoding", "br")
	assert.Empty(t, response.Header().Get("Content-Encoding"))
	assert.Equal(t, "no-cache", response.Header().Get("Cache-Control"), "its name does not change with its content")
}

func TestTheConsoleReadsItsConfigJSON(t *testing.T) {
	t.Parallel()

	response := get(t, Path+"config.json")
	assert.Equal(t, "application/json", response.Header().Get("Content-Type"))
	assert.JSONEq(t, `{"authority": "https://login.example/tenant/v2.0", "clientId": "the-console",
		"scope": "openid api", "apiUrl": "/graphql"}`, response.Body.String())
}

func TestAProgramWithoutTheConsoleSaysHowToBuildIt(t *testing.T) {
	t.Parallel()

	empty, err := handler(fstest.MapFS{".gitignore": {}}, Config{})
	require.NoError(t, err)

	for _, path := range []string{Path, Path + "policies", Path + "config.json"} {
		response := httptest.NewRecorder()
		empty.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		assert.Equal(t, http.StatusNotFound, response.Code)
		assert.Contains(t, response.Body.String(), "make console")
	}
}
