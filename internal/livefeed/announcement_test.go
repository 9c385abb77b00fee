package livefeed

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestAChangeOfAnySizeIsSentInPartsThatPostgreSQLAccepts(t *testing.T) {
	t.Parallel()

	const postgresLimit = 8000

	var (
		now     = time.Now()
		tenant  = licensing.NewID(now)
		sent    Change
		arrived Change
	)

	for range 3 {
		policy := licensing.NewID(now)
		claims := make([]licensing.Claim, 333)

		for i := range claims {
			claims[i] = licensing.Claim{ID: licensing.NewID(now), PolicyID: policy}
		}

		sent.AddClaims(claims)
		sent.AddPool(licensing.NewID(now))
	}

	for _, text := range encode(tenant, sent, false) {
		require.Less(t, len(text), postgresLimit)

		from, part, lost, err := decode(text)
		require.NoError(t, err)
		assert.Equal(t, tenant, from)
		assert.False(t, lost)
		arrived.merge(part)
	}

	for _, claims := range arrived.Claims {
		slices.SortFunc(claims, licensing.CompareIDs)
	}

	for _, claims := range sent.Claims {
		slices.SortFunc(claims, licensing.CompareIDs)
	}

	assert.Equal(t, sent, arrived)

	_, _, _, err := decode(`{"t": "too short"}`) //nolint:dogsled // Its error is the point.
	require.Error(t, err)
}
