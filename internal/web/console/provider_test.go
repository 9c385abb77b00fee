package console

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheConsoleIsServedOnceItsProviderResponds(t *testing.T) {
	t.Parallel()

	var (
		up       atomic.Bool
		requests atomic.Int64
		logs     bytes.Buffer
	)

	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)

		if !up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)

			return
		}

		// Entra ID's configuration for all organizations names no one of them.
		_, _ = w.Write([]byte(`{"issuer": "https://login.example/{tenantid}/v2.0", "token_endpoint": "https://tokens.example/token"}`))
	}))
	t.Cleanup(provider.Close)

	built, err := HandlerOf(t.Context(), Config{Authority: provider.URL, ClientID: "c", Scope: "openid", API: "/graphql"},
		slog.New(slog.NewTextHandler(&logs, nil)))
	require.NoError(t, err)
	assert.Contains(t, logs.String(), "--console-issuer")

	ask := func() *httptest.ResponseRecorder {
		response := httptest.NewRecorder()
		built.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Path+"policies", nil))

		return response
	}

	for range 50 {
		response := ask()
		assert.Equal(t, http.StatusServiceUnavailable, response.Code)
		assert.Equal(t, "5", response.Header().Get("Retry-After"))
	}

	assert.LessOrEqual(t, requests.Load(), int64(3), "strangers cannot make the server flood the provider")

	waiting, ok := built.(*awaited)
	require.True(t, ok)
	up.Store(true)
	waiting.limiter.SetBurst(2)
	waiting.limiter.SetLimit(1e6)

	require.Eventually(t, func() bool { return ask().Code != http.StatusServiceUnavailable }, 10*1e9, 1e6)

	if Built() {
		assert.Contains(t, ask().Header().Get("Content-Security-Policy"), "https://tokens.example")
	}

	_, err = HandlerOf(t.Context(), Config{Authority: strings.TrimPrefix(provider.URL, "http:")}, slog.New(slog.DiscardHandler))
	if Built() {
		require.Error(t, err, "a wrong setting is no outage")
	}
}
