package server

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

func TestAnUnknownOrganizationIsLookedUpOnceInAFewSeconds(t *testing.T) {
	t.Parallel()

	statements, clock := new(storetest.Statements), storetest.NewClock()
	db := storetest.Open(t, storetest.SQLite(t), store.WithPlugin(statements))
	tenants := newTenantIDs(db, clock.Now)
	find := func(name string) error {
		_, err := tenants.find(t.Context(), name)

		return err
	}

	lookups := statements.Of(func() {
		for range 100 {
			require.ErrorIs(t, find("stranger"), auth.ErrUnknownTenant)
		}
	})
	assert.Equal(t, 1, lookups)

	created, err := db.CreateTenant(t.Context(), "Stranger", "stranger", clock.Now())
	require.NoError(t, err)
	clock.Advance(unknownTenantTTL - time.Millisecond)
	require.ErrorIs(t, find("stranger"), auth.ErrUnknownTenant)
	clock.Advance(time.Millisecond)

	id, err := tenants.find(t.Context(), "stranger")
	require.NoError(t, err)
	assert.Equal(t, created.ID, id)
	assert.Zero(t, statements.Of(func() { require.NoError(t, find("stranger")) }), "ids of tenants never change")
	clock.Advance(knownTenantTTL)
	assert.Equal(t, 1, statements.Of(func() {
		for range 100 {
			require.NoError(t, find("stranger"))
		}
	}), "deleted tenants are looked for once in a few seconds")

	for i := range maxUnknownTenants + 100 {
		require.ErrorIs(t, find(fmt.Sprintf("stranger-%d", i)), auth.ErrUnknownTenant)
	}

	assert.Equal(t, maxUnknownTenants, tenants.unknown.Len(), "memory is bounded")
}

func TestADeletedTenantIsForgottenWithinSeconds(t *testing.T) {
	t.Parallel()

	clock := storetest.NewClock()
	db := storetest.Open(t, storetest.SQLite(t))
	tenants := newTenantIDs(db, clock.Now)

	tenant, err := db.CreateTenant(t.Context(), "Acme", "acme", clock.Now())
	require.NoError(t, err)

	_, err = tenants.find(t.Context(), "acme")
	require.NoError(t, err)
	require.NoError(t, upkeep.BeginDeletion(t.Context(), db, tenant.ID, clock.Now()))
	clock.Advance(knownTenantTTL)

	_, err = tenants.find(t.Context(), "acme")
	require.ErrorIs(t, err, auth.ErrUnknownTenant)
	require.NoError(t, upkeep.DeleteTenant(t.Context(), db, tenant.ID))

	again, err := db.CreateTenant(t.Context(), "Acme", "acme", clock.Now())
	require.NoError(t, err)
	clock.Advance(unknownTenantTTL)

	id, err := tenants.find(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, again.ID, id)
}
