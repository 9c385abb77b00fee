package graphhttp

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
)

// heap returns the bytes of memory in use.
func heap() int {
	var stats runtime.MemStats

	runtime.GC()
	runtime.GC() // The first one may only have marked what the second one frees.
	runtime.ReadMemStats(&stats)

	return int(stats.HeapAlloc)
}

// This test is not parallel because it measures the memory of the whole process.
func TestADocumentInTheCacheWeighsAtLeastTheMemoryThatItTakes(t *testing.T) {
	v := newValidator(loadSchema(t), false)
	comment := "#" + strings.Repeat("x", 30<<10) + "\n"

	kinds := costlyDocuments(60)
	kinds["a long comment"] = "{__typename}" + comment
	kinds["many comments"] = "{" + times(900, "#\n") + "__typename}"
	kinds["comments at fields"] = "{" + times(220, "#\naN:__typename") + "}"
	kinds["many fields"] = "{" + times(300, "aN:__typename ") + "}"
	kinds["many values"] = "{nodes(ids:[" + times(900, "N ") + "]){id}}"
	kinds["many variables"] = "query(" + times(130, "$aN:ID! ") + "){nodes(ids:[" + times(130, "$aN ") + "]){id}}"
	kinds["many directives"] = "{" + times(120, "__typename @skip(if:true)") + "}"
	kinds["many block strings"] = "{nodes(ids:[" + times(900, `"""`+"a\n  b"+`""" `) + "]){id}}"

	for name, text := range kinds {
		const copies = 50

		var (
			documents [copies]*ast.QueryDocument
			texts     [copies]string
			weight    int
		)

		before := heap()

		for i := range documents {
			texts[i] = text + fmt.Sprintf("#%d", i)

			document, size, errs := v.parse(texts[i], maxTokens)
			require.Empty(t, errs, name)

			documents[i] = document
			weight += size
		}

		taken := heap() - before
		assert.Less(t, taken, weight, name)
		t.Logf("%s: %d of %d", name, taken/copies, weight/copies)
		runtime.KeepAlive(documents)
		runtime.KeepAlive(texts)
	}
}

func TestTheCacheOfDocumentsIsBoundedInBytes(t *testing.T) {
	t.Parallel()

	v, cache := newValidator(loadSchema(t), false), newQueryCache()
	comment := "#" + strings.Repeat("x", 30<<10)

	for i := range 1050 {
		text := fmt.Sprintf("{viewer{externalId}}%s%d", comment, i)
		document, weight, errs := v.parse(text, maxTokens)
		require.Empty(t, errs)
		cache.add(text, document, weight)

		if i%2 == 0 {
			cache.get(text)
		}

		require.LessOrEqual(t, cache.bytes(), usedOnceBytes+usedAgainBytes)
	}

	assert.Greater(t, cache.bytes(), usedAgainBytes/2, "it is in use")
}

func TestDocumentsThatAreUsedOnceDoNotEvictThoseThatAreUsedAgain(t *testing.T) {
	t.Parallel()

	cache, document := newQueryCache(), new(ast.QueryDocument)

	cache.add("again", document, 1000)
	cache.get("again")

	for i := range 10_000 {
		cache.add(fmt.Sprint("once ", i), document, 100_000)
	}

	_, cached := cache.get("again")
	assert.True(t, cached)
	_, cached = cache.get("once 0")
	assert.False(t, cached)

	cache.add("too large", document, usedOnceBytes+1)
	_, cached = cache.get("too large")
	assert.False(t, cached)
}
