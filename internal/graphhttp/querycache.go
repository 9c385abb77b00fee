package graphhttp

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// usedOnceBytes and usedAgainBytes bound the memory of parsed documents.
	usedOnceBytes  = 8 << 20
	usedAgainBytes = 24 << 20
	// maxCached is a bound that is never reached: each document has more than 100 bytes.
	maxCached = (usedOnceBytes + usedAgainBytes) / 100
)

// queryCache holds documents after validation, by their text. Documents that were used again are kept apart from those
// that were used once, so that a client who sends a new text with each request does not evict those of others. It is
// safe for concurrent use.
type queryCache struct {
	mu        sync.Mutex
	usedOnce  segment
	usedAgain segment
}

func newQueryCache() *queryCache {
	return &queryCache{usedOnce: newSegment(usedOnceBytes), usedAgain: newSegment(usedAgainBytes)}
}

func (c *queryCache) get(text string) (*ast.QueryDocument, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if found, ok := c.usedAgain.documents.Get(text); ok {
		return found.document, true
	}

	found, ok := c.usedOnce.documents.Peek(text)
	if !ok {
		return nil, false
	}

	c.usedOnce.documents.Remove(text)
	c.usedAgain.add(text, found)

	return found.document, true
}

// add adds a document that weighs so many bytes.
func (c *queryCache) add(text string, document *ast.QueryDocument, weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if !c.usedAgain.documents.Contains(text) { // Two requests may have parsed it at the same time.
		c.usedOnce.add(text, cachedQuery{document, weight})
	}
}

// bytes returns the weight of all documents.
func (c *queryCache) bytes() int {
	c.mu.Lock()
	defer c.mu.Unlock()

	return *c.usedOnce.bytes + *c.usedAgain.bytes
}

type cachedQuery struct {
	document *ast.QueryDocument
	weight   int
}

// segment evicts the documents that were not used for the longest time until all weigh no more than its limit.
type segment struct {
	documents *simplelru.LRU[string, cachedQuery]
	bytes     *int
	limit     int
}

func newSegment(limit int) segment {
	bytes := new(int)

	documents, err := simplelru.NewLRU(maxCached, func(_ string, evicted cachedQuery) { *bytes -= evicted.weight })
	if err != nil {
		panic(err) // The size is a positive constant.
	}

	return segment{documents: documents, bytes: bytes, limit: limit}
}

func (s segment) add(text string, query cachedQuery) {
	if query.weight > s.limit {
		return
	}

	s.documents.Remove(text)
	*s.bytes += query.weight
	s.documents.Add(text, query)

	for *s.bytes > s.limit {
		s.documents.RemoveOldest()
	}
}
