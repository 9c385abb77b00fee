package server_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/server"
)

// raw sends a text over a connection and returns the response with its header.
func raw(t *testing.T, c server.Config, text string) string {
	t.Helper()

	connection, err := net.Dial("tcp", strings.TrimPrefix(serve(t, c), "http://"))
	require.NoError(t, err)

	defer connection.Close()

	_, err = connection.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(10*time.Second)))

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)

	defer response.Body.Close()

	var answer strings.Builder
	require.NoError(t, response.Write(&answer))

	return answer.String()
}

func TestTheHostHeaderIsNotUsedInRedirects(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.Pages = []server.Page{{Path: "/playground/", Handler: http.NotFoundHandler()}}

	for _, path := range []string{"/", "/playground", "//evil.example/..", "//evil.example/%2e%2e", "/graphql/../..//evil.example", "/nowhere"} {
		answer := raw(t, c, "GET "+path+" HTTP/1.1\r\nHost: elsewhere.example\r\nX-Forwarded-Host: elsewhere.example\r\n\r\n")
		assert.NotRegexp(t, `(Location: |href=")([a-z]+:)?//`, answer, path)
		assert.NotContains(t, answer, "elsewhere.example", path)
	}
}

func TestEveryResponseHasSecurityHeaders(t *testing.T) {
	t.Parallel()

	url := serve(t, config(new(log)))

	for _, path := range []string{"/graphql", "/reports/claims.csv", "/healthz", "/readyz", "/nowhere"} {
		for _, token := range []string{"good", "", "broken"} {
			response, _ := send(t, http.MethodGet, url+path, token, "")
			assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"), path)
			assert.Equal(t, "DENY", response.Header.Get("X-Frame-Options"), path)
			assert.Equal(t, "no-referrer", response.Header.Get("Referrer-Policy"), path)
			assert.Equal(t, "no-store", response.Header.Get("Cache-Control"), path)
			assert.Empty(t, response.Header.Get("Set-Cookie"), path)
			assert.Empty(t, response.Header.Get("Access-Control-Allow-Origin"), "%s: the operator has allowed no origin", path)
		}
	}
}

func TestALogLineCannotBeForged(t *testing.T) {
	t.Parallel()

	out := new(log)
	raw(t, config(out), "GET /x%0Atime=2026-01-01%20level=ERROR%20msg=forged%1b[31m HTTP/1.1\r\nHost: x\r\n"+
		"X-Request-Id: a b\r\nAuthorization: Bearer good\r\n\r\n")

	for line := range strings.Lines(out.String()) {
		assert.NotContains(t, line, "\x1b")
		assert.True(t, strings.HasPrefix(line, "time="), line)
		assert.NotRegexp(t, `^time=2026-01-01`, line)
	}

	assert.Contains(t, out.String(), `forged`, "it is quoted within its own line")
}

func TestAHeaderThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()

	address, stop, ended := run(t, config(new(log)))

	response, err := http.Get("http://" + address + "/healthz")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusOK, response.StatusCode)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/healthz", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("X-Long", strings.Repeat("x", 64<<10))

	if response, err = http.DefaultClient.Do(request); err == nil { // Otherwise the server closed the connection while the client was sending.
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)
	}

	stop()
	assert.NoError(t, <-ended)
}
