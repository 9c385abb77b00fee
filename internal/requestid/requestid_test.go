package requestid_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/requestid"
)

func TestAContextCarriesARequestID(t *testing.T) {
	t.Parallel()

	assert.Empty(t, requestid.From(context.Background()))
	assert.Equal(t, "abc", requestid.From(requestid.With(context.Background(), "abc")))
	assert.NotEqual(t, requestid.New(), requestid.New())
	assert.True(t, requestid.Valid(requestid.New()))
	assert.True(t, requestid.Valid(strings.Repeat("x", 128)))

	for _, bad := range []string{"", strings.Repeat("x", 129), "a b", "a\n", "é", `"`} {
		assert.False(t, requestid.Valid(bad), bad)
	}
}
