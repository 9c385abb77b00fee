package graphhttp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))

	return hex.EncodeToString(sum[:])
}

func TestAMalformedPersistedQueryIsRefused(t *testing.T) {
	t.Parallel()

	const version, digest = "extensions.persistedQuery.version: ", "extensions.persistedQuery.sha256Hash: send the SHA-256"

	for value, message := range map[string]string{
		`"x"`:                                    "extensions.persistedQuery: this must be an object.",
		`[]`:                                     "extensions.persistedQuery: this must be an object.",
		`1`:                                      "extensions.persistedQuery: this must be an object.",
		`{}`:                                     version,
		`{"version": 2, "sha256Hash": "HASH"}`:   version,
		`{"version": "1", "sha256Hash": "HASH"}`: version,
		`{"version": null, "sha256Hash": "HASH"}`: version,
		`{"version": 1}`:                                                  digest,
		`{"version": 1, "sha256Hash": 1}`:                                 digest,
		`{"version": 1, "sha256Hash": null}`:                              digest,
		`{"version": 1, "sha256Hash": ""}`:                                digest,
		`{"version": 1, "sha256Hash": "00"}`:                              digest,
		`{"version": 1, "sha256Hash": "HASH0"}`:                           digest,
		`{"version": 1, "sha256Hash": " HASH"}`:                           digest,
		`{"version": 1, "sha256Hash": "` + strings.Repeat("A", 64) + `"}`: digest,
		`{"version": 1, "sha256Hash": "` + strings.Repeat("g", 64) + `"}`: digest,
		`{"version": 1, ` + times(1001, `"aN": 0, `) + `"x": 0}`:          "extensions.persistedQuery: it has more than 1000 members.",
	} {
		value = strings.ReplaceAll(value, "HASH", someHash)

		_, refusal := parseRequest([]byte(`{"query": "{a}", "extensions": {"persistedQuery": ` + value + `}}`))
		if assert.NotNil(t, refusal, value) {
			assert.Contains(t, refusal.Err.Message, message, value)
		}
	}
}

func TestTheCacheFindsTextsByTheirHashUntilItEvictsThem(t *testing.T) {
	t.Parallel()

	cache, document := newQueryCache(), new(ast.QueryDocument)
	persist := func(text string) {
		cache.add(text, document, 100_000)
		cache.persist(hashOf(text), text)
	}
	known := func(text string) bool {
		got, ok := cache.textOf(hashOf(text))
		require.True(t, !ok || got == text)

		return ok
	}

	cache.add("no hash", document, 1000)
	assert.False(t, known("no hash"))
	cache.persist(hashOf("nothing"), "nothing")
	assert.False(t, known("nothing"))

	persist("again")
	assert.True(t, known("again"))
	cache.get("again")
	assert.True(t, known("again"), "it is in the other segment now")

	before := cache.bytes()

	persist("again")
	assert.Equal(t, before, cache.bytes(), "it counts once")

	for i := range 1000 {
		persist(fmt.Sprint("once ", i))
	}

	assert.True(t, known("again"))
	assert.True(t, known("once 999"))
	assert.False(t, known("once 0"))
	assert.LessOrEqual(t, cache.bytes(), usedOnceBytes+usedAgainBytes)
	assert.Less(t, len(cache.persisted), 100, "hashes are evicted with their texts")
}
