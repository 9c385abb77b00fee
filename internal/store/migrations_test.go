package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// fewRetries gives up quickly.
func fewRetries() migration.LockRetries {
	return migration.LockRetries{LockTimeout: 50 * time.Millisecond, Attempts: 2, Pause: 10 * time.Millisecond}
}

func TestAFilledDatabaseOfEachVersionReadsTheSameAfterItsUpgrade(t *testing.T) {
	t.Parallel()

	for _, dialect := range []string{"postgres", "sqlite"} {
		dumps, err := filepath.Glob(filepath.Join(fixtures(dialect), "*.sql"))
		require.NoError(t, err)
		require.Len(t, dumps, int(newest(t, dialect)), "each version of %s has a fixture", dialect)

		for _, path := range dumps {
			t.Run(dialect+filepath.Base(path), func(t *testing.T) {
				t.Parallel()

				url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
				if dialect == "postgres" {
					url, err = cluster.Database()
					require.NoError(t, err)
				}

				statements, err := os.ReadFile(path)
				require.NoError(t, err)
				load(t, url, string(statements))

				before, err := os.ReadFile(strings.TrimSuffix(path, ".sql") + ".txt")
				require.NoError(t, err)

				db := storetest.Open(t, url)
				_, err = db.Migrate(t.Context())
				require.NoError(t, err)

				assert.Equal(t, string(before), storetest.Contents(t, db))
				checkAndClaim(t, db)
			})
		}
	}
}

// checkAndClaim checks all rules of a filled database, before and after a claim.
func checkAndClaim(t *testing.T, db *store.Store) {
	t.Helper()

	violations, err := upkeep.Check(t.Context(), db)
	require.NoError(t, err)
	require.Empty(t, violations)

	tenant, err := db.TenantByName(t.Context(), "other")
	require.NoError(t, err)

	answer, err := storetest.NewClaims(t, db, storetest.NewClock()).Claim(t.Context(), tenant.ID, "new", "TEAMS1")
	require.NoError(t, err)
	assert.Equal(t, licensing.OutcomeClaimed, answer.Outcome)

	violations, err = upkeep.Check(t.Context(), db)
	require.NoError(t, err)
	require.Empty(t, violations)
}

func TestAProgramWorksWithANewerSchemaUntilAMigrationSaysOtherwise(t *testing.T) {
	eachEmpty(t, func(t *testing.T, _, url string) {
		db := storetest.Open(t, url)

		_, err := db.Schema(t.Context())
		require.ErrorIs(t, err, store.ErrSchemaOld, "there is none")

		migrateTo(t, db, 1)

		_, err = db.Schema(t.Context())
		require.ErrorIs(t, err, store.ErrSchemaOld)
		assert.ErrorContains(t, err, "autoclaim migrate")

		// A newer program expands the schema.
		expanded := map[string]string{"90001_nickname": `-- +goose Up
			ALTER TABLE users ADD COLUMN nickname text;
			ALTER TABLE claims ADD COLUMN device text DEFAULT 'unknown';
			CREATE TABLE devices (id integer PRIMARY KEY);`}
		_, err = db.MigrateFiles(t.Context(), storetest.Migrations(t, db.Migrations(), storetest.Newest, expanded), fewRetries())
		require.NoError(t, err)

		schema, err := db.Schema(t.Context())
		require.NoError(t, err)
		assert.True(t, schema.Ahead())
		assert.EqualValues(t, 90001, schema.Database)

		storetest.Fill(t, db)
		checkAndClaim(t, db)

		ran, err := db.Migrate(t.Context())
		require.NoError(t, err)
		assert.Zero(t, ran, "an older program has no migrations to run")

		// Later, when no older program runs any more, it removes what they used.
		expanded["90002_no_email"] = `-- +goose Up
			UPDATE schema_state SET oldest_program = 90001;
			ALTER TABLE users DROP COLUMN email;`
		_, err = db.MigrateFiles(t.Context(), storetest.Migrations(t, db.Migrations(), storetest.Newest, expanded), fewRetries())
		require.NoError(t, err)

		_, err = db.Schema(t.Context())
		require.ErrorIs(t, err, store.ErrSchemaNew)
		assert.ErrorContains(t, err, "from version 90001 on")
	})
}

func TestProcessesThatMigrateAtTheSameTimeRunEachMigrationOnce(t *testing.T) {
	eachEmpty(t, func(t *testing.T, _, url string) {
		const processes = 4

		// Only the lock keeps these migrations from running twice: running them again would not fail.
		added := map[string]string{
			"90001_count": `-- +goose Up
				CREATE TABLE counted (n integer); INSERT INTO counted VALUES (0);`,
			"90002_count": "-- +goose Up\nUPDATE counted SET n = n + 1;",
			"90003_count": "-- +goose NO TRANSACTION\n-- +goose Up\nUPDATE counted SET n = n + 10;",
		}

		var (
			migrating sync.WaitGroup
			mu        sync.Mutex
			total     int
		)

		for range processes {
			db := storetest.Open(t, url)
			files := storetest.Migrations(t, db.Migrations(), storetest.Newest, added)

			migrating.Go(func() {
				ran, err := db.MigrateFiles(context.Background(), files, migration.DefaultLockRetries())
				assert.NoError(t, err)

				mu.Lock()
				defer mu.Unlock()

				total += ran
			})
		}

		migrating.Wait()
		assert.EqualValues(t, newest(t, "sqlite")+3, total)

		var n int
		require.NoError(t, storetest.Open(t, url).Writer().Raw("SELECT n FROM counted").Scan(&n).Error)
		assert.Equal(t, 11, n)
	})
}
