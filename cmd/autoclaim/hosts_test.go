package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

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
