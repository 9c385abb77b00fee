package auth

import (
	"crypto/sha256"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerified bounds the memory of verified tokens: about 500 bytes each.
const maxVerified = 50_000

// verifiedTokens remembers who the bearers of tokens are whose signatures were verified, by the tokens'
// SHA-256: the tokens themselves are not kept. It is safe for concurrent use.
type verifiedTokens struct {
	cache *lru.Cache[[sha256.Size]byte, remembered]
	// generation rises when the issuer's keys change.
	generation atomic.Int64

	hits, misses atomic.Uint64
}

// CacheStats says how many tokens were known from before, and how many had to be verified.
type CacheStats struct{ Hits, Misses uint64 }

// remembered is an identity and the generation of keys that it was verified with.
type remembered struct {
	Identity

	generation int64
}

func newVerifiedTokens() *verifiedTokens {
	cache, err := lru.New[[sha256.Size]byte, remembered](maxVerified)
	if err != nil {
		panic(err) // The size is positive.
	}

	return &verifiedTokens{cache: cache}
}

func (v *verifiedTokens) get(token string) (Identity, bool) {
	known, ok := v.cache.Get(sha256.Sum256([]byte(token)))
	if !ok || known.generation != v.generation.Load() {
		v.misses.Add(1)

		return Identity{}, false
	}

	v.hits.Add(1)

	return known.Identity, true
}

// add remembers what was verified with the keys of a generation, which must have been read before.
func (v *verifiedTokens) add(token string, identity Identity, generation int64) {
	v.cache.Add(sha256.Sum256([]byte(token)), remembered{identity, generation})
}
