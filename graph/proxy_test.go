package graph_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestThePathOfTheCSVHasThePrefixOfTheProxy(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.PublicPath = "/autoclaim" })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	report := get[struct{ CSVPath string }](admin, `{ claimReport(period: PAST_30_DAYS) { csvPath(text: "a/b") } }`, nil)
	assert.Equal(t, "/autoclaim/reports/claims.csv?period=PAST_30_DAYS&text=a%2Fb", report.CSVPath)
}

// exchange sends a request as the caller and returns the response without its body.
func (c *caller) exchange(method string, body io.Reader, headers ...string) *http.Response {
	c.t.Helper()

	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+"/graphql", body)
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")

	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}

	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	require.NoError(c.t, response.Body.Close())

	return response
}

func TestACompressedBodyIsRefusedWithTheEncodingThatIsAccepted(t *testing.T) {
	t.Parallel()

	const query = `{"query": "{ __typename }"}`

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	var compressed bytes.Buffer

	zip := gzip.NewWriter(&compressed)
	_, err := zip.Write([]byte(query))
	require.NoError(t, err)
	require.NoError(t, zip.Close())

	for _, encoding := range []string{"gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "identity, gzip", "gzip, gzip", "unknown"} {
		response := admin.exchange(http.MethodPost, bytes.NewReader(compressed.Bytes()), "Content-Encoding", encoding)
		assert.Equal(t, http.StatusUnsupportedMediaType, response.StatusCode, encoding)
		assert.Equal(t, "identity", response.Header.Get("Accept-Encoding"), encoding)
	}

	for _, encoding := range []string{"identity", "Identity", "", "identity, identity"} {
		response := admin.exchange(http.MethodPost, strings.NewReader(query), "Content-Encoding", encoding)
		assert.Equal(t, http.StatusOK, response.StatusCode, encoding)
	}

	response := admin.exchange(http.MethodPost, strings.NewReader(query), "Content-Type", "text/plain")
	assert.Equal(t, http.StatusUnsupportedMediaType, response.StatusCode)
	assert.Empty(t, response.Header.Get("Accept-Encoding"), "the encoding is not the problem")
}

func TestAMethodThatThePathDoesNotHaveIsRefusedWithThoseThatItHas(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, "BREW"} {
		response := admin.exchange(method, http.NoBody)
		assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode, method)
		assert.Equal(t, "GET, POST", response.Header.Get("Allow"), method)
	}

	response := admin.exchange(http.MethodOptions, http.NoBody)
	assert.Equal(t, http.StatusNoContent, response.StatusCode)
	assert.Equal(t, "GET, POST, OPTIONS", response.Header.Get("Allow"))
}

func TestAClientThatWaitsForContinueIsTold(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	query := strings.NewReader(`{"query": "{ __typename }"}`)
	assert.Equal(t, http.StatusOK, admin.exchange(http.MethodPost, query, "Expect", "100-continue").StatusCode)
	assert.Equal(t, http.StatusExpectationFailed, admin.exchange(http.MethodGet, http.NoBody, "Expect", "something").StatusCode)
}
