package graph_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/graphhttp"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func readDocuments(manifest string) (graphhttp.TrustedDocuments, error) {
	return graphhttp.ReadTrustedDocuments(strings.NewReader(manifest), graph.Schema())
}

func TestAServerWithTrustedDocumentsRunsNoOthers(t *testing.T) {
	t.Parallel()

	const (
		text = `query Settings { settings { autoClaimEnabled } }`
		hash = "5f5ac2e4a85b3c33f1a8e3d1ee3d53ac0f8b3d3b9d0b7d3b4d9a6b5c9f0c2b11"
	)

	_, err := readDocuments(`{"` + hash + `": "{ settings { autoClaimEnabled } }"}`)
	require.ErrorContains(t, err, "SHA-256")

	for _, nothing := range []string{`{}`, `null`} {
		_, err = readDocuments(nothing)
		require.ErrorContains(t, err, "every operation would run", "a list of nothing must not trust everything")
	}

	sum := sha256Hex(text)
	documents, err := readDocuments(`{"sha256:` + sum + `": "` + text + `"}`)
	require.NoError(t, err)

	_, err = readDocuments(`{"` + sha256Hex("{ nothing }") + `": "{ nothing }"}`)
	require.ErrorContains(t, err, "does not fit the schema")

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.Documents = documents })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	for body, want := range map[string]string{
		`{"documentId": "sha256:` + sum + `"}`:                                            "",
		`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + sum + `"}}}`: "",
		`{"documentId": "sha256:` + sum + `", "query": "` + text + `"}`:                   "",
		`{"documentId": "sha256:` + sum + `", "query": "{ __typename }"}`:                 "PERSISTED_QUERY_NOT_FOUND",
		`{"query": "` + text + `"}`:                                                       "PERSISTED_QUERY_NOT_FOUND",
		`{"documentId": "sha256:` + hash + `"}`:                                           "PERSISTED_QUERY_NOT_FOUND",
	} {
		_, raw := admin.send(http.MethodPost, "/graphql", bytes.NewReader([]byte(body)))

		var answered answer
		require.NoError(t, json.Unmarshal(raw, &answered))
		assert.Equal(t, want, answered.code(), body)
	}
}

// FuzzTrustedDocuments reads anything as a manifest.
func FuzzTrustedDocuments(f *testing.F) {
	const text = "{ settings { autoClaimEnabled } }"

	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `{"` + sha256Hex(text) + `": "` + text + `"}`, `{"sha256:` + sha256Hex(text) + `": "` + text + `"}`,
		`{"` + sha256Hex(text) + `": "` + text + `"} {}`, `{"x": "y"}`, `{"` + sha256Hex("") + `": ""}`, `{"sha256:sha256:` + sha256Hex(text) + `": "` + text + `"}`,
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, manifest string) {
		documents, err := readDocuments(manifest)
		if err != nil {
			return
		}

		require.NotEmpty(t, documents, "without any, a server would run everything")

		for hash, text := range documents {
			require.Equal(t, sha256Hex(text), hash)
		}
	})
}
