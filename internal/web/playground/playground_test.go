package playground_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/web/playground"
)

func get(t *testing.T, path string, callers ...playground.Caller) *httptest.ResponseRecorder {
	t.Helper()

	handler, err := playground.Handler("", callers)
	require.NoError(t, err)

	response := httptest.NewRecorder()
	handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))

	return response
}

func TestThePlaygroundLoadsNothingFromOtherServers(t *testing.T) {
	t.Parallel()

	policy := get(t, playground.Path).Header().Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'; script-src 'self';")
	assert.NotContains(t, policy, "http")
}

func TestThePlaygroundHasCallersOnlyIfTheyAreGiven(t *testing.T) {
	t.Parallel()

	assert.JSONEq(t, `[]`, get(t, playground.Path+"callers.json").Body.String())
	assert.JSONEq(t, `[{"name": "ada", "role": "admin", "token": "x"}]`,
		get(t, playground.Path+"callers.json", playground.Caller{Name: "ada", Role: "admin", Token: "x"}).Body.String())
}

func TestThePlaygroundIsServedBelowThePathOfAProxy(t *testing.T) {
	t.Parallel()

	handler, err := playground.Handler("/autoclaim", nil)
	require.NoError(t, err)

	for path, status := range map[string]int{
		"/autoclaim/playground/callers.json": http.StatusOK, playground.Path + "callers.json": http.StatusNotFound,
	} {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		assert.Equal(t, status, response.Code, path)
	}
}

func TestFilesThatAreNotPartOfThePlaygroundAreNotServed(t *testing.T) {
	t.Parallel()

	for _, path := range []string{".gitignore", "%2egitignore", "./.gitignore", "x/../.gitignore"} {
		response := get(t, playground.Path+path)
		assert.NotEqual(t, http.StatusOK, response.Code, path)
		assert.NotContains(t, response.Body.String(), "make playground`", path)
	}
}
