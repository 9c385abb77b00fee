package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const newest = 1 << 30

// with adds migrations for both databases, by their names without the ending.
func with(files fstest.MapFS, added map[string]string) fs.FS {
	for name, text := range added {
		for _, dialect := range []string{"postgres", "sqlite"} {
			files["migrations/"+dialect+"/"+name+".sql"] = &fstest.MapFile{Data: []byte(text)}
		}
	}

	return files
}

// quick gives up soon.
func quick() store.LockRetries {
	return store.LockRetries{LockTimeout: 50 * time.Millisecond, Attempts: 2, Pause: 10 * time.Millisecond}
}

func TestAFilledDatabaseOfEachVersionIsUpgradedAndReadsTheSame(t *testing.T) {
	t.Parallel()

	for _, dialect := range []string{"postgres", "sqlite"} {
		dumps, err := filepath.Glob(filepath.Join(fixtures(dialect), "*.sql"))
		require.NoError(t, err)
		require.Len(t, dumps, int(store.SchemaVersion(dialect)), "each version of %s has a fixture", dialect)

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

				assert.Equal(t, string(before), reading(t, db))
				checkAndClaim(t, db)
			})
		}
	}
}

// checkAndClaim finds no rule broken, gives a license in a filled database, and finds none broken again.
func checkAndClaim(t *testing.T, db *store.Store) {
	t.Helper()

	violations, err := db.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, violations)

	tenant, err := db.TenantByName(t.Context(), "other")
	require.NoError(t, err)

	answer, err := newClaims(t, db, storetest.NewClock()).Claim(t.Context(), tenant.ID, "new", "TEAMS1")
	require.NoError(t, err)
	assert.Equal(t, licensing.OutcomeClaimed, answer.Outcome)

	violations, err = db.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, violations)
}

func TestAProgramWorksOnTheSchemaOfANewerOneUntilThatSaysOtherwise(t *testing.T) {
	eachEmpty(t, func(t *testing.T, _, url string) {
		db := storetest.Open(t, url)

		_, err := db.Schema(t.Context())
		require.ErrorIs(t, err, store.ErrSchemaOld, "there is none")

		_, err = db.MigrateTo(t.Context(), 1)
		require.NoError(t, err)

		_, err = db.Schema(t.Context())
		require.ErrorIs(t, err, store.ErrSchemaOld)
		assert.ErrorContains(t, err, "autoclaim migrate")

		// A newer program expands the schema.
		expanded := map[string]string{"90001_nickname": `-- +goose Up
			ALTER TABLE users ADD COLUMN nickname text;
			ALTER TABLE claims ADD COLUMN device text DEFAULT 'unknown';
			CREATE TABLE devices (id integer PRIMARY KEY);`}
		_, err = db.MigrateFiles(t.Context(), with(store.UpTo(newest), expanded), quick())
		require.NoError(t, err)

		schema, err := db.Schema(t.Context())
		require.NoError(t, err)
		assert.True(t, schema.Ahead())
		assert.EqualValues(t, 90001, schema.Database)

		fill(t, db)
		checkAndClaim(t, db)

		ran, err := db.Migrate(t.Context())
		require.NoError(t, err)
		assert.Zero(t, ran, "an older program has nothing to add")

		// Later, when no such program runs any more, it takes away what they used.
		expanded["90002_no_email"] = `-- +goose Up
			UPDATE schema_state SET oldest_program = 90001;
			ALTER TABLE users DROP COLUMN email;`
		_, err = db.MigrateFiles(t.Context(), with(store.UpTo(newest), expanded), quick())
		require.NoError(t, err)

		_, err = db.Schema(t.Context())
		require.ErrorIs(t, err, store.ErrSchemaNew)
		assert.ErrorContains(t, err, "from version 90001 on")
	})
}

func TestProcessesThatMigrateAtOnceRunEachMigrationOnce(t *testing.T) {
	eachEmpty(t, func(t *testing.T, _, url string) {
		const processes = 4

		// Nothing but the lock keeps this from being done again: the second time wouldn't fail.
		files := with(store.UpTo(newest), map[string]string{
			"90001_count": `-- +goose Up
				CREATE TABLE counted (n integer); INSERT INTO counted VALUES (0);`,
			"90002_count": "-- +goose Up\nUPDATE counted SET n = n + 1;",
			"90003_count": "-- +goose NO TRANSACTION\n-- +goose Up\nUPDATE counted SET n = n + 10;",
		})

		var (
			migrating sync.WaitGroup
			mu        sync.Mutex
			total     int
		)

		for range processes {
			db := storetest.Open(t, url)

			migrating.Go(func() {
				ran, err := db.MigrateFiles(context.Background(), files, store.DefaultLockRetries())
				assert.NoError(t, err)

				mu.Lock()
				defer mu.Unlock()

				total += ran
			})
		}

		migrating.Wait()
		assert.EqualValues(t, store.SchemaVersion("sqlite")+3, total)

		var n int
		require.NoError(t, storetest.Open(t, url).Write().Raw("SELECT n FROM counted").Scan(&n).Error)
		assert.Equal(t, 11, n)
	})
}

// session is somebody else's transaction.
func session(t *testing.T, url string, statement string) *sql.Tx {
	t.Helper()

	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	tx, err := db.BeginTx(context.Background(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() }) // Unless the test did.

	_, err = tx.ExecContext(t.Context(), statement)
	require.NoError(t, err)

	return tx
}

func TestAMigrationThatDoesNotGetItsLockChangesNothingAndSucceedsLater(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)
	db := storetest.Open(t, url)
	files := with(store.UpTo(newest), map[string]string{
		"90001_before": "-- +goose Up\nCREATE TABLE made_before (id integer);",
		"90002_users": `-- +goose Up
			CREATE TABLE made_with (id integer);
			ALTER TABLE users ADD COLUMN nickname text;`,
		"90003_after": "-- +goose Up\nCREATE TABLE made_after (id integer);",
	})
	there := func(table string) bool { return db.Write().Migrator().HasTable(table) }

	busy := session(t, url, "SELECT count(*) FROM users")

	ran, err := db.MigrateFiles(t.Context(), files, quick())
	require.ErrorContains(t, err, "90002_users.sql")
	require.ErrorContains(t, err, "has held a lock that the migration needs, 2 times")
	assert.Equal(t, 1, ran)
	assert.True(t, there("made_before"))
	assert.False(t, there("made_with") || there("made_after") || db.Write().Migrator().HasColumn("users", "nickname"))

	schema, err := db.Schema(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 90001, schema.Database)

	// It takes as many attempts as it needs, if it may.
	go func() {
		time.Sleep(200 * time.Millisecond)
		assert.NoError(t, busy.Rollback())
	}()

	patient := quick()
	patient.Attempts = 1000

	ran, err = db.MigrateFiles(t.Context(), files, patient)
	require.NoError(t, err)
	assert.Equal(t, 2, ran)
	assert.True(t, there("made_with") && there("made_after"))
}

func TestAnIndexIsBuiltBesideWritersAndAfterAFailedAttempt(t *testing.T) {
	t.Parallel()

	url, err := cluster.Database()
	require.NoError(t, err)

	db := storetest.Open(t, url)
	_, err = db.MigrateTo(t.Context(), 2)
	require.NoError(t, err)
	fill(t, db)

	valid := func() (state string) {
		require.NoError(t, db.Write().Raw(`SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END
			FROM pg_index WHERE indexrelid = to_regclass('audit_events_by_object')), 'none')`).Scan(&state).Error)

		return state
	}

	// Whoever migrates is cut off while it waits for a writer.
	writer := session(t, url, "UPDATE audit_events SET actor = actor")
	cut, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	_, err = db.Migrate(cut)

	cancel()
	require.Error(t, err)
	assert.Equal(t, "invalid", valid())

	// Those who come later write in the meantime.
	migrated := make(chan error, 1)

	go func() {
		_, err := db.Migrate(context.Background())
		migrated <- err
	}()

	other := session(t, url, "UPDATE policies SET name = name; INSERT INTO audit_events SELECT tenant_id, gen_random_uuid(), at, "+
		"actor, action, object_kind, object_id, before, after, request_id FROM audit_events LIMIT 1")
	require.NoError(t, other.Commit())

	select {
	case err := <-migrated:
		require.Fail(t, "it waits for the writer", "%v", err)
	case <-time.After(200 * time.Millisecond):
	}

	require.NoError(t, errors.Join(writer.Commit(), <-migrated))
	assert.Equal(t, "valid", valid())
}

// What must not be done to a table that servers use, and what makes it right.
func TestMigrationsKeepServersAtWork(t *testing.T) {
	t.Parallel()

	paths, err := filepath.Glob("migrations/postgres/*.sql")
	require.NoError(t, err)

	for _, path := range paths[1:] {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)

		text := regexp.MustCompile(`(?m)^--[^+\n]*\n`).ReplaceAllString(string(raw), "")
		has := func(pattern string) bool { return regexp.MustCompile(`(?i)` + pattern).MatchString(text) }

		assert.False(t, has(`\+goose Down`), "%s: there is no way back", path)

		for _, index := range regexp.MustCompile(`(?i)CREATE (UNIQUE )?INDEX (\w+ )*?(\w+) ON`).FindAllStringSubmatch(text, -1) {
			assert.Contains(t, index[0], "CONCURRENTLY", path)
			assert.True(t, has(`\+goose NO TRANSACTION`), "%s: an index is built concurrently outside of transactions", path)
			assert.True(t, has(`DROP INDEX CONCURRENTLY IF EXISTS `+index[3]+`;`), "%s: after a failed attempt it can be repeated", path)
		}

		if has(`\+goose NO TRANSACTION`) {
			assert.False(t, has(`\b(ALTER TABLE|CREATE TABLE|INSERT|UPDATE|DELETE)\b`), "%s: half of it could be done", path)
		}

		if has(`\b(DROP (TABLE|COLUMN|CONSTRAINT)|RENAME|SET NOT NULL|TYPE)\b`) {
			assert.True(t, has(`UPDATE schema_state SET oldest_program`), "%s: say which programs get along without", path)
		}

		assert.False(t, has(`ADD CONSTRAINT [^;]*(CHECK|FOREIGN KEY)`) && !has(`NOT VALID`), "%s: first NOT VALID, then VALIDATE", path)
	}
}
