package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestADirectURLOfAnotherDatabaseIsRefused(t *testing.T) {
	t.Parallel()

	url, other := emptyDatabase(t), emptyDatabase(t)
	pooled, err := cluster.Pooled(url)
	require.NoError(t, err)

	_, err = store.Open(t.Context(), pooled, store.WithDirectURL(other))
	require.ErrorContains(t, err, "lead to different databases")

	_, err = store.Open(t.Context(), pooled, store.WithDirectURL("postgres://u:hunter2@127.0.0.1:1/db"))
	require.ErrorContains(t, err, "reach --direct-database-url")
	require.NotContains(t, err.Error(), "hunter2")

	_, err = store.Open(t.Context(), storetest.SQLite(t), store.WithDirectURL(url))
	require.ErrorContains(t, err, "leave it out for an SQLite file")

	db, err := store.Open(t.Context(), pooled, store.WithDirectURL(url))
	require.NoError(t, err)
	require.NoError(t, db.Close())
}
