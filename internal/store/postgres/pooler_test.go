package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestMigrationsUseTheDirectURL(t *testing.T) {
	t.Parallel()

	url := emptyDatabase(t)
	pooled, err := cluster.Pooled(url)
	require.NoError(t, err)

	// A pooler would not keep the session that holds the lock of migrations.
	db := storetest.Open(t, pooled)
	_, err = db.Migrate(t.Context())
	require.ErrorContains(t, err, "--direct-database-url")

	past, err := store.Open(t.Context(), pooled, store.WithDirectURL(url))
	require.NoError(t, err)

	ran, err := past.Migrate(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, newest(t), ran)

	_, err = past.Schema(t.Context())
	require.NoError(t, err)
	require.NoError(t, past.Close())
}

func TestTheURLOfAPoolerMayChooseHowStatementsAreSent(t *testing.T) {
	t.Parallel()

	url := emptyDatabase(t)
	prepared := func(pooled string) (count int) {
		database := open(t, pooled, postgres.Options{DirectURL: url})
		for range 5 {
			require.NoError(t, database.Reader().Raw("SELECT count(*) FROM pg_prepared_statements WHERE ? = 1", 1).Scan(&count).Error)
		}

		return count
	}

	// These URLs differ from the direct one, which means that they lead to a pooler.
	assert.Zero(t, prepared(url+"&application_name=x"))
	assert.Equal(t, 1, prepared(url+"&default_query_exec_mode=cache_statement"))
}
