package auth

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheCacheOfVerifiedTokensIsBoundedAndHoldsNoTokens(t *testing.T) {
	t.Parallel()

	verified := newVerifiedTokens()
	for i := range maxVerified + 1000 {
		verified.add(fmt.Sprintf("token-%d", i), Identity{UserExternalID: "ann"}, nil, 0)
	}

	assert.Equal(t, maxVerified, verified.cache.Len())
	assert.True(t, verified.cache.Contains(sha256.Sum256(fmt.Appendf(nil, "token-%d", maxVerified))), "only the hash of a token is kept")

	_, known := verified.get("token-0")
	assert.False(t, known, "the least recently used token is dropped first")
}
