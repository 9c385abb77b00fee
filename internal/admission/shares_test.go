package admission

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
)

func callerOf(tenant uuid.UUID, user string) auth.Caller {
	return auth.Caller{TenantID: tenant, Identity: auth.Identity{UserExternalID: user}}
}

// flood takes places until the caller gets no more, and returns their number.
func flood(p *Shares, caller auth.Caller) (taken int) {
	for {
		if _, ok := p.Take(caller, 1); !ok {
			return taken
		}

		taken++
	}
}

func TestAFloodOfOneTenantLeavesPlacesForOthers(t *testing.T) {
	t.Parallel()

	places, flooding := NewShares(100), uuid.New()

	taken := 0
	for i := range 200 {
		taken += flood(places, callerOf(flooding, fmt.Sprint(i)))
	}

	assert.Equal(t, 50, taken, "one tenant gets half of the places, with any number of users")

	for range 10 {
		_, ok := places.Take(callerOf(uuid.New(), "sign-in"), 1)
		assert.True(t, ok, "every other tenant gets a place")
	}
}

func TestAFloodOfOnePrincipalLeavesPlacesForItsTenant(t *testing.T) {
	t.Parallel()

	places, tenant := NewShares(100), uuid.New()

	assert.Equal(t, 25, flood(places, callerOf(tenant, "sign-in")), "one principal gets a quarter of the places")
	assert.Equal(t, 16, flood(places, callerOf(tenant, "admin")), "a second principal gets a third of the tenant's share")
	assert.Positive(t, flood(places, callerOf(tenant, "reader")), "a third principal gets places")
}

func TestPlacesAreNotSharedWhileMostAreFree(t *testing.T) {
	t.Parallel()

	places := NewShares(1000)
	for range 100 { // With so many tenants, an even share is a few places.
		_, ok := places.Take(callerOf(uuid.New(), "sign-in"), 1)
		require.True(t, ok)
	}

	tenant := uuid.New()
	for range 64 {
		_, ok := places.Take(callerOf(tenant, "sign-in"), 1)
		require.True(t, ok, "a tenant may take more than its share while most places are free")
	}
}

func TestNothingOfAShareIsTakenAndReleasedByAnyNumberOfCallers(t *testing.T) {
	t.Parallel()

	shares, caller := NewShares(10), callerOf(uuid.New(), "ada")

	first, ok := shares.Take(caller, 0)
	require.True(t, ok)

	second, ok := shares.Take(caller, 0)
	require.True(t, ok)

	first()
	second()
	assert.Zero(t, shares.taken)
}

func TestAPlaceIsFreeAgainAfterItsRelease(t *testing.T) {
	t.Parallel()

	places := NewShares(10)

	var running sync.WaitGroup

	for i := range 50 {
		running.Go(func() {
			for range 100 {
				if release, ok := places.Take(callerOf(uuid.New(), fmt.Sprint(i)), 1); ok {
					release()
					release()
				}
			}
		})
	}

	running.Wait()
	require.Zero(t, places.taken)
	require.Empty(t, places.tenants)
}
