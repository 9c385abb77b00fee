package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// soon returns a context that ends when a change must have arrived. Only a test that fails waits this long.
func soon(t *testing.T) context.Context {
	t.Helper()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)

	return ctx
}

func TestWatchesEndWhenListeningIsInterruptedAndNewOnesStart(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)
	db := storetest.Open(t, url)
	world := storetest.NewWorld(t, db)
	tenant := world.NewTenant(t, "acme")

	watch, err := db.Watch(soon(t), tenant.ID)
	require.NoError(t, err)

	runScript(t, url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN %'`)

	_, err = watch.Next(soon(t))
	require.ErrorIs(t, err, livefeed.ErrInterrupted)

	again, err := db.Watch(soon(t), tenant.ID)
	require.NoError(t, err)

	defer again.Close()

	tenant.Buy(t, world.E3, 5)

	_, err = again.Next(soon(t))
	require.NoError(t, err)
}
