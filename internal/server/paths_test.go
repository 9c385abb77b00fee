package server_test

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/server"
)

func parsePrefix(t *testing.T, text string) netip.Prefix {
	t.Helper()

	prefix, err := netip.ParsePrefix(text)
	require.NoError(t, err)

	return prefix
}

// echo answers with the path that it sees.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "path "+r.URL.EscapedPath())
})

// below returns a configuration of a server behind a proxy with the prefix /autoclaim.
func below(out *log) server.Config {
	c := config(out)
	c.PublicPath = "/autoclaim"
	c.Pages = []server.Page{{Path: "/console/", Handler: echo}, {Path: "/playground/", Handler: echo}}

	return c
}

// ask sends a GET request without following redirects. It returns the status and the location or the body.
func ask(t *testing.T, url string) (int, string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer good")

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	if location := response.Header.Get("Location"); location != "" {
		return response.StatusCode, location
	}

	return response.StatusCode, string(body)
}

func TestAProxyMayStripItsPrefixOrPassItOn(t *testing.T) {
	t.Parallel()

	var (
		mu       sync.Mutex
		patterns []string
	)

	out := new(log)
	c := below(out)
	c.Served = func(r server.Request) {
		mu.Lock()
		defer mu.Unlock()

		patterns = append(patterns, r.Pattern)
	}
	url := serve(t, c)

	for _, prefix := range []string{"", "/autoclaim"} {
		for path, want := range map[string]string{
			"/graphql": "hello", "/reports/claims.csv?period=x": "hello", "/healthz": "ok", "/readyz": "ready",
			"/console/":               "path /autoclaim/console/",
			"/console/users/a%2Fb":    "path /autoclaim/console/users/a%2Fb",
			"/console/autoclaim/x":    "path /autoclaim/console/autoclaim/x",
			"/playground/callers.js?": "path /autoclaim/playground/callers.js",
		} {
			status, body := ask(t, url+prefix+path)
			assert.Equal(t, http.StatusOK, status, prefix+path)
			assert.Contains(t, body, want, prefix+path)
		}

		for path, location := range map[string]string{
			"/": "/autoclaim/console/", "/console": "/autoclaim/console/", "/playground?x=1": "/autoclaim/playground/?x=1",
			"//graphql": "/autoclaim/graphql", "/console//x": "/autoclaim/console/x",
		} {
			status, to := ask(t, url+prefix+path)
			assert.Contains(t, []int{http.StatusTemporaryRedirect, http.StatusMovedPermanently}, status, prefix+path)
			assert.Equal(t, location, to, prefix+path)
		}

		status, body := ask(t, url+prefix+"/nowhere")
		assert.Equal(t, http.StatusNotFound, status)
		assert.Contains(t, body, "The API is at /autoclaim/graphql.")
	}

	status, to := ask(t, url+"/autoclaim")
	assert.Equal(t, http.StatusTemporaryRedirect, status)
	assert.Equal(t, "/autoclaim/console/", to)

	status, _ = ask(t, url+"/autoclaimed/graphql")
	assert.Equal(t, http.StatusNotFound, status, "another prefix")

	mu.Lock()
	defer mu.Unlock()

	for _, pattern := range patterns {
		assert.NotContains(t, pattern, "/autoclaim", "metrics have the same routes behind every proxy")
	}

	assert.Contains(t, patterns, "/graphql")
	assert.Contains(t, out.String(), "path=/console/ ")
	assert.NotContains(t, out.String(), "path=/autoclaim/")
}

func TestTheHostHeaderIsNotUsedInRedirectsBehindAProxyEither(t *testing.T) {
	t.Parallel()

	for _, path := range []string{
		"/", "/autoclaim", "/autoclaim/playground", "//evil.example/..", "/autoclaim//evil.example/%2e%2e", "/autoclaim/../..//evil.example",
		"/autoclaim%2f..%2f..%2fx", "/%61utoclaim/playground", "/autoclaim/%5cevil.example/..",
	} {
		answer := raw(t, below(new(log)), "GET "+path+" HTTP/1.1\r\nHost: elsewhere.example\r\nX-Forwarded-Host: elsewhere.example\r\n"+
			"X-Forwarded-Prefix: //elsewhere.example\r\n\r\n")
		assert.NotRegexp(t, `(Location: |href=")([a-z]+:)?//`, answer, path)
		assert.NotContains(t, answer, "elsewhere.example", path)
	}
}

func TestEachPathSaysWhichMethodsItHas(t *testing.T) {
	t.Parallel()

	url := serve(t, config(new(log)))

	for path, methods := range map[string]string{
		"/graphql": "GET, POST", "/reports/claims.csv": "GET, HEAD", "/healthz": "GET, HEAD", "/readyz": "GET, HEAD",
	} {
		response, body := send(t, http.MethodOptions, url+path, "", "")
		assert.Equal(t, http.StatusNoContent, response.StatusCode, path)
		assert.Equal(t, methods+", OPTIONS", response.Header.Get("Allow"), path)
		assert.Empty(t, body)

		if path == "/graphql" { // Its handler refuses other methods.
			continue
		}

		response, body = send(t, http.MethodPost, url+path, "", "")
		requireError(t, response, body, http.StatusMethodNotAllowed, "BAD_USER_INPUT")
		assert.Equal(t, methods, response.Header.Get("Allow"), path)

		response, body = send(t, http.MethodHead, url+path, "good", "")
		assert.Equal(t, http.StatusOK, response.StatusCode, path)
		assert.Empty(t, body)
	}
}

func TestATransferEncodingThatTheServerDoesNotKnowIsRefused(t *testing.T) {
	t.Parallel()

	for _, encoding := range []string{"gzip, chunked", "gzip", "chunked, chunked", "identity"} {
		answer := raw(t, config(new(log)), "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nTransfer-Encoding: "+
			encoding+"\r\n\r\n")
		assert.Regexp(t, "^HTTP/1.1 (400|501) ", answer, encoding)
	}
}

func TestTheAddressOfTheClientOfATrustedProxyIsLogged(t *testing.T) {
	t.Parallel()

	for network, logged := range map[string]string{"127.0.0.1/32": "remote=192.0.2.1 ", "10.0.0.0/8": "remote=127.0.0.1:", "": "remote=127.0.0.1:"} {
		out := new(log)
		c := config(out)

		if network != "" {
			c.TrustedProxies = append(c.TrustedProxies, parsePrefix(t, network))
		}

		var seen []string

		c.Trace = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = append(seen, r.Header.Values("X-Forwarded-For")...)
				next.ServeHTTP(w, r)
			})
		}
		send(t, http.MethodGet, serve(t, c)+"/graphql", "good", "", "X-Forwarded-For", "203.0.113.9, 192.0.2.1")

		assert.Contains(t, strings.ReplaceAll(out.String(), "\n", " \n"), logged, network)
		assert.NotContains(t, out.String(), "203.0.113.9")
		assert.Empty(t, seen, "traces do not believe it either")
	}
}
