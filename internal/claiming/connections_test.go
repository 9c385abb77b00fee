package claiming_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestSignInsAreAnsweredWhileReadsHoldAllOtherConnections(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 10)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		claim(t, newServer(t, world.Store, world.Clock), tenant, "ann", "TEAMS1")

		busy := storetest.Open(t, url)
		holdReadConnections(t, busy)

		// This server knows neither the policies nor the catalog yet.
		claims := newServer(t, busy, world.Clock)

		found, err := busy.TenantByExternalID(t.Context(), tenant.ExternalID)
		require.NoError(t, err)
		assert.Equal(t, tenant.ID, found.ID)
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
		assert.Equal(t, licensing.OutcomeClaimed, claim(t, claims, tenant, "bob", "TEAMS1").Outcome)
		require.NoError(t, busy.SaveSignIns(t.Context(), tenant.ID,
			[]store.SignIn{{Person: licensing.Person{ExternalID: "cid", DisplayName: "Cid"}, At: world.Clock.Now()}}))
		require.NoError(t, busy.Ping(t.Context()))
	})
}

// holdReadConnections holds all connections of the store that are for reads, until the test ends.
func holdReadConnections(t *testing.T, db *store.Store) {
	t.Helper()

	pool := db.ConnectionPools()["main"]
	if pool == nil {
		pool = db.ConnectionPools()["read"]
	}

	ctx, cancel := context.WithCancel(context.Background())

	var holding sync.WaitGroup

	for range pool.Stats().MaxOpenConnections {
		holding.Go(func() {
			_ = db.InSnapshot(ctx, func(store.Snapshot) error {
				<-ctx.Done()

				return nil
			})
		})
	}

	t.Cleanup(func() {
		cancel()
		holding.Wait()
	})
	require.Eventually(t, func() bool { return pool.Stats().InUse == pool.Stats().MaxOpenConnections }, time.Minute, time.Millisecond)
}

func TestSignInsTakeNoTurns(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 10)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		claims := newServer(t, storetest.Open(t, url, store.WithTurns(noTurns{t})), world.Clock)
		assert.Equal(t, licensing.OutcomeClaimed, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
	})
}

// noTurns fails the test when somebody takes a turn.
type noTurns struct{ t *testing.T }

func (n noTurns) Take(context.Context, licensing.ID) (func(), error) {
	n.t.Error("somebody took a turn")

	return func() {}, nil
}

func TestAStoreNeedsAConnectionForSignInsAndOneForAllElse(t *testing.T) {
	t.Parallel()

	for connections, want := range map[int][2]int{0: {10, 10}, 2: {1, 1}, 7: {3, 4}} {
		pools := storetest.Open(t, storetest.Postgres(t, cluster), store.WithConnections(connections)).ConnectionPools()
		assert.Equal(t, want, [2]int{
			pools["sign_in"].Stats().MaxOpenConnections, pools["main"].Stats().MaxOpenConnections,
		}, "of %d", connections)
	}

	_, err := store.Open(t.Context(), storetest.Postgres(t, cluster), store.WithConnections(1))
	require.Error(t, err)
	assert.True(t, strings.Contains(err.Error(), "too few"), err)
}
