package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestMigrationsGoPastThePooler(t *testing.T) {
	t.Parallel()

	url, err := cluster.Database()
	require.NoError(t, err)
	pooled, err := cluster.Pooled(url)
	require.NoError(t, err)

	// Through it, the lock by which one process migrates would not hold.
	db := storetest.Open(t, pooled)
	_, err = db.Migrate(t.Context())
	require.ErrorContains(t, err, "--direct-database-url")

	past, err := store.Open(t.Context(), pooled, store.WithDirectURL(url))
	require.NoError(t, err)

	ran, err := past.Migrate(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, store.SchemaVersion("postgres"), ran)

	_, err = past.Schema(t.Context())
	require.NoError(t, err)
	require.NoError(t, past.Close())
}

func TestAPoolersUserMayChooseHowStatementsAreSent(t *testing.T) {
	t.Parallel()

	url, err := cluster.Database()
	require.NoError(t, err)

	prepared := func(pooled string) (count int) {
		db, err := store.Open(t.Context(), pooled, store.WithDirectURL(url))
		require.NoError(t, err)

		for range 5 {
			require.NoError(t, db.Write().Raw("SELECT count(*) FROM pg_prepared_statements WHERE ? = 1", 1).Scan(&count).Error)
		}

		require.NoError(t, db.Close())

		return count
	}

	// These URLs differ from the direct one, so there is a pooler for all that the store knows.
	assert.Zero(t, prepared(url+"&application_name=x"))
	assert.Equal(t, 1, prepared(url+"&default_query_exec_mode=cache_statement"))
}
