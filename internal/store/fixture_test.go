package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/store/sqlite"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// A fixture is a filled database of one version of the schema, as SQL, and a text of all that a program of that version
// reads from it. `make schema-fixture` writes the first fixture that is missing. Fixtures never change.
var writeFixture = flag.Bool("write-fixture", false, "write the fixture of the first version of the schema that has none")

func fixtures(dialect string) string { return filepath.Join("testdata", "schemas", dialect) }

// dump returns a whole database as SQL statements.
func dump(t *testing.T, url string) string {
	t.Helper()

	if path, isSQLite := strings.CutPrefix(url, "sqlite:"); isSQLite {
		return dumpSQLite(t, path)
	}

	program, err := testdb.Program("pg_dump")
	require.NoError(t, err)

	var stderr bytes.Buffer

	cmd := exec.Command(program, "--inserts", "--no-owner", "--no-privileges", "--no-comments", "--dbname="+url)
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	require.NoError(t, err, stderr.String())

	var kept []string

	for line := range strings.Lines(string(output)) {
		// It leaves out what only psql understands, or only some versions of the server.
		if !strings.HasPrefix(line, `\`) && !strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "SET ") && line != "\n" {
			kept = append(kept, line)
		}
	}

	return strings.Join(kept, "")
}

func dumpSQLite(t *testing.T, path string) string {
	t.Helper()

	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)

	defer db.Close()

	texts := func(query string, args ...any) (found []string) {
		rows, err := db.QueryContext(t.Context(), query, args...)
		require.NoError(t, err)

		defer rows.Close()

		for rows.Next() {
			var text string
			require.NoError(t, rows.Scan(&text))
			found = append(found, text)
		}

		require.NoError(t, rows.Err())

		return found
	}

	var out strings.Builder

	for _, table := range texts(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid`) {
		columns := texts(`SELECT 'quote("' || name || '")' FROM pragma_table_info(?)`, table)
		out.WriteString(texts(`SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`, table)[0] + ";\n")

		for _, values := range texts(`SELECT ` + strings.Join(columns, ` || ', ' || `) + ` FROM "` + table + `" ORDER BY rowid`) {
			fmt.Fprintf(&out, "INSERT INTO %q VALUES (%s);\n", table, values)
		}
	}

	for _, index := range texts(`SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid`) {
		out.WriteString(index + ";\n")
	}

	return out.String()
}

// load runs the statements of a dump in an empty database.
func load(t *testing.T, url, statements string) {
	t.Helper()

	if path, isSQLite := strings.CutPrefix(url, "sqlite:"); isSQLite {
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)

		defer db.Close()

		_, err = db.ExecContext(t.Context(), statements)
		require.NoError(t, err)

		return
	}

	connection, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)

	defer connection.Close(context.Background())

	_, err = connection.PgConn().Exec(t.Context(), statements).ReadAll()
	require.NoError(t, err)
}

// migrateTo migrates to a version, as an earlier program did.
func migrateTo(t *testing.T, db *store.Store, version int) {
	t.Helper()

	files := storetest.Migrations(t, db.Migrations(), version, nil)
	_, err := db.MigrateFiles(t.Context(), files, migration.DefaultLockRetries())
	require.NoError(t, err)
}

// newest is the newest version of a database's schema.
func newest(t *testing.T, dialect string) int64 {
	t.Helper()

	files := new(postgres.Database).Migrations()
	if dialect == "sqlite" {
		files = new(sqlite.Database).Migrations()
	}

	version, err := migration.Newest(files)
	require.NoError(t, err)

	return version
}

// eachEmpty runs the test on an empty database of each kind, without a schema.
func eachEmpty(t *testing.T, test func(t *testing.T, dialect, url string)) {
	t.Helper()
	t.Parallel()

	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite", "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()

		url, err := cluster.Database()
		require.NoError(t, err)
		test(t, "postgres", url)
	})
}

func TestEachVersionOfTheSchemaHasAFixture(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dialect, url string) {
		for version := range newest(t, dialect) {
			path := filepath.Join(fixtures(dialect), fmt.Sprintf("%05d", version+1))

			if _, err := os.Stat(path + ".sql"); os.IsNotExist(err) && *writeFixture {
				db := storetest.Open(t, url)
				migrateTo(t, db, int(version+1))
				storetest.Fill(t, db)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
				require.NoError(t, os.WriteFile(path+".sql", []byte(dump(t, url)), 0o600))
				require.NoError(t, os.WriteFile(path+".txt", []byte(storetest.Contents(t, db)), 0o600))

				return // The next fixture needs another empty database.
			}

			require.FileExists(t, path+".sql", "run 'make schema-fixture' and commit what it writes")
			require.FileExists(t, path+".txt")
		}
	})
}
