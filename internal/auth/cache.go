package auth

import (
	"crypto/sha256"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerified is how many verified tokens are cached. Each takes about 500 bytes.
const maxVerified = 50_000

// verifiedTokens caches the identities of tokens whose signatures were verified, by the SHA-256 of the token. It does
// not keep the tokens themselves. It is safe for concurrent use.
type verifiedTokens struct {
	cache *lru.Cache[[sha256.Size]byte, verifiedToken]

	hits, misses atomic.Uint64
}

// CacheStats counts the tokens that were found in the cache, and those that had to be verified.
type CacheStats struct{ Hits, Misses uint64 }

// verifiedToken is a token's identity, and the issuer and the generation of its keys that verified it.
type verifiedToken struct {
	Identity

	by         *tokenVerifier
	generation int64
}

func newVerifiedTokens() *verifiedTokens {
	cache, err := lru.New[[sha256.Size]byte, verifiedToken](maxVerified)
	if err != nil {
		panic(err) // The size is positive.
	}

	return &verifiedTokens{cache: cache}
}

// get returns a token that was verified.
func (v *verifiedTokens) get(token string) (verifiedToken, bool) {
	return v.cache.Get(sha256.Sum256([]byte(token)))
}

// add caches the identity of a token that an issuer's keys of this generation have verified.
func (v *verifiedTokens) add(token string, identity Identity, by *tokenVerifier, generation int64) {
	v.cache.Add(sha256.Sum256([]byte(token)), verifiedToken{identity, by, generation})
}
