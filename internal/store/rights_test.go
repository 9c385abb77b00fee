package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestTheRightsOnEachTableAreChecked(t *testing.T) {
	t.Parallel()

	var tables []string

	db := storetest.Open(t, storetest.Postgres(t, cluster))
	require.NoError(t, db.Writer().Raw("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE \"C\"").
		Scan(&tables).Error)
	assert.Equal(t, tables, store.TablesWithRights(), "serverRights in rights.go says what a server does with each table")
}
