package graphhttp

import (
	"crypto/sha256"
	"encoding/hex"
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
	// persistedBytes is about the memory of a hash: in the map of hashes, and in the segment.
	persistedBytes = 250
)

// queryCache holds documents after validation, by their text. Documents that were used again are kept apart from those
// that were used once, so that a client who sends a new text with each request does not evict those of others. It is
// safe for concurrent use.
type queryCache struct {
	mu        sync.Mutex
	usedOnce  segment
	usedAgain segment
	// persisted has the texts of documents in the segments whose clients want to name them by their hash.
	persisted map[textHash]string
}

type textHash [sha256.Size]byte

func newQueryCache() *queryCache {
	persisted := make(map[textHash]string)

	return &queryCache{
		usedOnce: newSegment(usedOnceBytes, persisted), usedAgain: newSegment(usedAgainBytes, persisted), persisted: persisted,
	}
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
		c.usedOnce.add(text, cachedQuery{document: document, weight: weight})
	}
}

// persist remembers the hash of a text as long as its document is in the cache. hash must be the text's SHA-256 in
// hexadecimal digits.
func (c *queryCache) persist(hash, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()

	for _, segment := range []segment{c.usedAgain, c.usedOnce} {
		found, ok := segment.documents.Peek(text)
		if !ok || found.hash != nil {
			continue
		}

		found.hash = new(textHash)
		_, _ = hex.Decode(found.hash[:], []byte(hash)) // readPersistedQuery has checked the digits.
		found.weight += persistedBytes

		segment.add(text, found)
	}
}

// textOf returns the text of a document in the cache by its hash.
func (c *queryCache) textOf(hash string) (string, bool) {
	var key textHash

	_, _ = hex.Decode(key[:], []byte(hash)) // readPersistedQuery has checked the digits.

	c.mu.Lock()
	defer c.mu.Unlock()

	text, ok := c.persisted[key]

	return text, ok
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
	// hash is nil unless a client named the document by it.
	hash *textHash
}

// segment evicts the documents that were not used for the longest time until all weigh no more than its limit.
type segment struct {
	documents *simplelru.LRU[string, cachedQuery]
	bytes     *int
	limit     int
	persisted map[textHash]string
}

func newSegment(limit int, persisted map[textHash]string) segment {
	bytes := new(int)

	documents, err := simplelru.NewLRU(maxCached, func(_ string, evicted cachedQuery) {
		*bytes -= evicted.weight

		if evicted.hash != nil {
			delete(persisted, *evicted.hash)
		}
	})
	if err != nil {
		panic(err) // The size is a positive constant.
	}

	return segment{documents: documents, bytes: bytes, limit: limit, persisted: persisted}
}

func (s segment) add(text string, query cachedQuery) {
	if query.weight > s.limit {
		return
	}

	s.documents.Remove(text)
	*s.bytes += query.weight
	s.documents.Add(text, query)

	if query.hash != nil {
		s.persisted[*query.hash] = text
	}

	for *s.bytes > s.limit {
		s.documents.RemoveOldest()
	}
}
