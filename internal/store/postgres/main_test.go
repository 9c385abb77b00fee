package postgres_test

import (
	"context"
	"database/sql"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()
	os.Exit(status)
}

// emptyDatabase returns the URL of a database without a schema.
func emptyDatabase(t *testing.T) string {
	t.Helper()

	url, err := cluster.Database()
	require.NoError(t, err)

	return url
}

// open opens a database without the store until the test ends.
func open(t *testing.T, url string, options postgres.Options) *postgres.Database {
	t.Helper()

	database, err := postgres.Open(url, gorm.Config{}, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, database.Close()) })

	return database
}

// migrateTo migrates to a version, as an earlier program did.
func migrateTo(t *testing.T, database *postgres.Database, version int) {
	t.Helper()

	files := storetest.Migrations(t, database.Migrations(), version, nil)
	_, err := database.Migrate(t.Context(), files, migration.DefaultLockRetries())
	require.NoError(t, err)
}

// newest is the newest version of the schema.
func newest(t *testing.T) int64 {
	t.Helper()

	version, err := migration.Newest(new(postgres.Database).Migrations())
	require.NoError(t, err)

	return version
}

// runScript runs statements that psql would take from a file.
func runScript(t *testing.T, url, statements string) {
	t.Helper()

	connection, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)

	defer connection.Close(context.Background())

	_, err = connection.PgConn().Exec(t.Context(), statements).ReadAll()
	require.NoError(t, err)
}

// begin starts a transaction of another session and runs the statement in it.
func begin(t *testing.T, url, statement string) *sql.Tx {
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
