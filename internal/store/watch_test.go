package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// soon returns a context that ends when a change must have arrived. Only a test that fails waits this long.
func soon(t *testing.T) context.Context {
	t.Helper()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)

	return ctx
}

func TestAWatchReceivesCommittedChangesOnly(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		world := storetest.NewWorld(t, db)
		tenant := world.NewTenant(t, "acme")

		watch, err := db.Watch(soon(t), tenant.ID)
		require.NoError(t, err)

		defer watch.Close()

		require.Error(t, db.InTx(t.Context(), tenant.ID, func(tx *store.Tx) error {
			return errors.Join(tx.AddToPool(t.Context(), world.E1.ID, 1, 0), errors.New("rolled back"))
		}))
		tenant.Buy(t, world.E3, 5)

		change, err := watch.Next(soon(t))
		require.NoError(t, err)
		assert.Contains(t, change.Pools, world.E3.ID)
		assert.Len(t, change.Pools, 1)
	})
}

func TestAWatchThatFallsBehindEndsAndDelaysNoOther(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLite(t))
	world := storetest.NewWorld(t, db)
	tenant := world.NewTenant(t, "acme")

	slow, err := db.Watch(t.Context(), tenant.ID)
	require.NoError(t, err)
	quick, err := db.Watch(t.Context(), tenant.ID)
	require.NoError(t, err)

	defer quick.Close()

	for range 100 {
		tenant.Buy(t, world.E3, 1)

		_, err := quick.Next(soon(t))
		require.NoError(t, err)
	}

	_, err = slow.Next(t.Context())
	require.ErrorIs(t, err, livefeed.ErrFellBehind)
}
