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

// flood takes places until there are no more for the caller.
func flood(p *Places, caller auth.Caller) (taken int) {
	for {
		if _, ok := p.Take(caller); !ok {
			return taken
		}

		taken++
	}
}

func TestATenantThatFloodsKeepsNoOtherOut(t *testing.T) {
	t.Parallel()

	places, flooding := NewPlaces(100), uuid.New()

	taken := 0
	for i := range 200 {
		taken += flood(places, callerOf(flooding, fmt.Sprint(i)))
	}

	assert.Equal(t, 50, taken, "half is kept for others, however many users the tenant has")

	for range 10 {
		_, ok := places.Take(callerOf(uuid.New(), "sign-in"))
		assert.True(t, ok, "each of the others finds a place")
	}
}

func TestAPrincipalThatFloodsKeepsNoColleagueOut(t *testing.T) {
	t.Parallel()

	places, tenant := NewPlaces(100), uuid.New()

	assert.Equal(t, 25, flood(places, callerOf(tenant, "sign-in")), "half of the tenant's share is for colleagues")
	assert.Equal(t, 16, flood(places, callerOf(tenant, "admin")), "a second gets its share of three")
	assert.Positive(t, flood(places, callerOf(tenant, "reader")), "and a third finds a place still")
}

func TestAFewRequestsAreTakenOfWhomeverTheyAre(t *testing.T) {
	t.Parallel()

	places := NewPlaces(1000)
	for range 100 { // So many tenants that an even share is a few places.
		_, ok := places.Take(callerOf(uuid.New(), "sign-in"))
		require.True(t, ok)
	}

	tenant := uuid.New()
	for range 64 {
		_, ok := places.Take(callerOf(tenant, "sign-in"))
		require.True(t, ok, "nobody shares while there is plenty")
	}
}

func TestAPlaceIsFreeAgainOnceItWasGivenBack(t *testing.T) {
	t.Parallel()

	places := NewPlaces(10)

	var running sync.WaitGroup

	for i := range 50 {
		running.Go(func() {
			for range 100 {
				if release, ok := places.Take(callerOf(uuid.New(), fmt.Sprint(i))); ok {
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
