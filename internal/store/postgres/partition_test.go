package postgres_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

func TestAPartitionedDatabaseBehavesTheSame(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)
	db := storetest.Open(t, url)
	storetest.Fill(t, db)

	before := storetest.Contents(t, db)
	statements, err := os.ReadFile("../../../docs/partition.sql")
	require.NoError(t, err)
	runScript(t, url, strings.Replace(string(statements), ":= 16;", ":= 4;", 1))

	partitioned := storetest.Open(t, url)
	assert.Equal(t, before, storetest.Contents(t, partitioned))

	// Two servers claim at the same time, under the same rules.
	tenant, err := partitioned.TenantByName(t.Context(), "other")
	require.NoError(t, err)

	var (
		users   sync.WaitGroup
		mu      sync.Mutex
		claimed int
	)

	for range 2 {
		claims := storetest.NewClaims(t, storetest.Open(t, url), storetest.NewClock())

		for i := range 20 {
			users.Go(func() {
				answer, err := claims.Claim(t.Context(), tenant.ID, fmt.Sprintf("user-%d", i), "TEAMS1")
				assert.NoError(t, err)

				mu.Lock()
				defer mu.Unlock()

				if answer.Outcome == licensing.OutcomeClaimed {
					claimed++
				}
			})
		}
	}

	users.Wait()
	assert.Equal(t, 2, claimed, "as many as there were licenses")

	violations, err := upkeep.Check(t.Context(), partitioned)
	require.NoError(t, err)
	assert.Empty(t, violations)

	// A query for a tenant's rows reads that tenant's partition only.
	var plan []string
	require.NoError(t, open(t, url, postgres.Options{}).Reader().Raw("EXPLAIN SELECT * FROM licenses WHERE tenant_id = ?", tenant.ID).Scan(&plan).Error)
	assert.Equal(t, 1, strings.Count(strings.Join(plan, "\n"), " on licenses_"), "%v", plan)

	// The database still refuses a second active license, and references to another tenant's rows.
	user, err := partitioned.For(tenant.ID).UserByExternalID(t.Context(), "ann")
	require.NoError(t, err)

	held, err := partitioned.For(tenant.ID).ActiveLicenses(t.Context(), []licensing.ID{user.ID})
	require.NoError(t, err)

	again := held[user.ID][0]
	again.ID = licensing.NewID(again.AssignedAt)
	insert := func(tenant, user licensing.ID) error {
		again.UserID = user

		return partitioned.InTx(t.Context(), tenant, func(tx *store.Tx) error { return tx.InsertLicenses(t.Context(), again) })
	}

	require.ErrorContains(t, insert(tenant.ID, user.ID), "duplicated key")
	require.ErrorContains(t, insert(tenant.ID, licensing.NewID(again.AssignedAt)), "foreign key")
}

func TestIndexesAreAddedToAPartitionedDatabaseByHand(t *testing.T) {
	t.Parallel()

	url := emptyDatabase(t)
	database := open(t, url, postgres.Options{})
	migrateTo(t, database, 2)

	statements, err := os.ReadFile("../../../docs/partition.sql")
	require.NoError(t, err)
	runScript(t, url, strings.Replace(string(statements), ":= 16;", ":= 2;", 1))

	db := storetest.Open(t, url)

	for _, index := range []struct{ create, name, on string }{
		{"CREATE INDEX", "audit_events_by_object", "audit_events%s (tenant_id, object_id, id)"},
		{"CREATE UNIQUE INDEX", "users_by_folded_id", "users%s (tenant_id, folded_id) WHERE folded_id IS NOT NULL"},
	} {
		_, err = db.Migrate(t.Context())
		require.ErrorContains(t, err, "concurrently")

		on := func(part string) string { return fmt.Sprintf(index.on, part) }
		for _, statement := range []string{
			fmt.Sprintf("%s %s ON ONLY %s", index.create, index.name, on("")),
			fmt.Sprintf("%s CONCURRENTLY %s_0 ON %s", index.create, index.name, on("_0")),
			fmt.Sprintf("ALTER INDEX %s ATTACH PARTITION %s_0", index.name, index.name),
			fmt.Sprintf("%s CONCURRENTLY %s_1 ON %s", index.create, index.name, on("_1")),
			fmt.Sprintf("ALTER INDEX %s ATTACH PARTITION %s_1", index.name, index.name),
			"INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, true FROM goose_db_version",
		} {
			require.NoError(t, database.Writer().Exec(statement).Error)
		}
	}

	_, err = db.Migrate(t.Context())
	require.NoError(t, err)

	_, err = db.Schema(t.Context())
	require.NoError(t, err)

	var valid int
	require.NoError(t, database.Writer().Raw(`SELECT count(*) FROM pg_index
		WHERE indisvalid AND indexrelid IN ('audit_events_by_object'::regclass, 'users_by_folded_id'::regclass)`).Scan(&valid).Error)
	assert.Equal(t, 2, valid)
}
