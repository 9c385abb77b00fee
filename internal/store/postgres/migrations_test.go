package postgres_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestAMigrationThatDoesNotGetItsLockChangesNothingAndSucceedsLater(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)
	database := open(t, url, postgres.Options{})
	files := storetest.Migrations(t, database.Migrations(), storetest.Newest, map[string]string{
		"90001_before": "-- +goose Up\nCREATE TABLE made_before (id integer);",
		"90002_users": `-- +goose Up
			CREATE TABLE made_with (id integer);
			ALTER TABLE users ADD COLUMN nickname text;`,
		"90003_after": "-- +goose Up\nCREATE TABLE made_after (id integer);",
	})
	there := func(table string) bool { return database.Writer().Migrator().HasTable(table) }

	busy := begin(t, url, "SELECT count(*) FROM users")

	retries := migration.LockRetries{LockTimeout: 50 * time.Millisecond, Attempts: 2, Pause: 10 * time.Millisecond}

	ran, err := database.Migrate(t.Context(), files, retries)
	require.ErrorContains(t, err, "90002_users.sql")
	require.ErrorContains(t, err, "has held a lock that the migration needs, 2 times")
	assert.Equal(t, 1, ran)
	assert.True(t, there("made_before"))
	assert.False(t, there("made_with") || there("made_after") || database.Writer().Migrator().HasColumn("users", "nickname"))

	schema, err := storetest.Open(t, url).Schema(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 90001, schema.Database)

	// With enough attempts it succeeds once the lock is free.
	go func() {
		time.Sleep(200 * time.Millisecond)
		assert.NoError(t, busy.Rollback())
	}()

	retries.Attempts = 1000

	ran, err = database.Migrate(t.Context(), files, retries)
	require.NoError(t, err)
	assert.Equal(t, 2, ran)
	assert.True(t, there("made_with") && there("made_after"))
}

func TestAnIndexIsBuiltWhileOthersWriteAndAfterAFailedAttempt(t *testing.T) {
	t.Parallel()

	url := emptyDatabase(t)
	filled, err := os.ReadFile("../testdata/schemas/postgres/00002.sql")
	require.NoError(t, err)
	runScript(t, url, string(filled))

	db := storetest.Open(t, url)
	reader := open(t, url, postgres.Options{})

	valid := func() (state string) {
		require.NoError(t, reader.Reader().Raw(`SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END
			FROM pg_index WHERE indexrelid = to_regclass('audit_events_by_object')), 'none')`).Scan(&state).Error)

		return state
	}

	// The migration is canceled while it waits for a writer.
	writer := begin(t, url, "UPDATE audit_events SET actor = actor")
	canceled, cancel := context.WithCancel(t.Context())
	migrated := make(chan error, 1)
	migrate := func(ctx context.Context) {
		_, err := db.Migrate(ctx)
		migrated <- err
	}

	go migrate(canceled)

	// The index exists, and is not valid, as soon as the migration waits.
	for deadline := time.Now().Add(time.Minute); valid() == "none" && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}

	cancel()
	require.Error(t, <-migrated)
	assert.Equal(t, "invalid", valid())

	// Later writers do not wait for the migration.
	go migrate(context.Background())

	other := begin(t, url, "UPDATE policies SET name = name; INSERT INTO audit_events SELECT tenant_id, gen_random_uuid(), at, "+
		"actor, action, object_kind, object_id, before, after, request_id FROM audit_events LIMIT 1")
	require.NoError(t, other.Commit())

	select {
	case err := <-migrated:
		require.Fail(t, "it did not wait for the writer", "%v", err)
	case <-time.After(200 * time.Millisecond):
	}

	require.NoError(t, errors.Join(writer.Commit(), <-migrated))
	assert.Equal(t, "valid", valid())
}

// The test has a list of what a migration must not do to a table that servers use, and of what makes it safe.
func TestMigrationsKeepServersAtWork(t *testing.T) {
	t.Parallel()

	paths, err := filepath.Glob("migrations/*.sql")
	require.NoError(t, err)

	for _, path := range paths[1:] {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)

		text := regexp.MustCompile(`(?m)^--[^+\n]*\n`).ReplaceAllString(string(raw), "")
		has := func(pattern string) bool { return regexp.MustCompile(`(?i)` + pattern).MatchString(text) }

		assert.False(t, has(`\+goose Down`), "%s: there are no down migrations", path)

		for _, index := range regexp.MustCompile(`(?i)CREATE (UNIQUE )?INDEX (\w+ )*?(\w+) ON`).FindAllStringSubmatch(text, -1) {
			assert.Contains(t, index[0], "CONCURRENTLY", path)
			assert.True(t, has(`\+goose NO TRANSACTION`), "%s: an index is built concurrently outside of transactions", path)
			assert.True(t, has(`DROP INDEX CONCURRENTLY IF EXISTS `+index[3]+`;`), "%s: it must be repeatable after a failed attempt", path)
		}

		if has(`\+goose NO TRANSACTION`) {
			assert.False(t, has(`\b(ALTER TABLE|CREATE TABLE|INSERT|UPDATE|DELETE)\b`), "%s: it could fail half way", path)
		}

		if has(`\b(DROP (TABLE|COLUMN|CONSTRAINT)|RENAME|SET NOT NULL|TYPE)\b`) {
			assert.True(t, has(`UPDATE schema_state SET oldest_program`), "%s: it must say which programs work without it", path)
		}

		assert.False(t, has(`ADD CONSTRAINT [^;]*(CHECK|FOREIGN KEY)`) && !has(`NOT VALID`), "%s: first NOT VALID, then VALIDATE", path)
	}
}
