package postgres_test

import (
	"bytes"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
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

// inEncoding makes a database with another encoding, and returns its URL.
func inEncoding(t *testing.T, encoding string) string {
	t.Helper()

	address := emptyDatabase(t)
	name := nameOf(t, address) + "_" + strings.ToLower(encoding)
	runScript(t, address, `CREATE DATABASE "`+name+`" TEMPLATE template0 ENCODING '`+encoding+`' LC_COLLATE 'C' LC_CTYPE 'C'`)

	u, err := url.Parse(address)
	require.NoError(t, err)

	u.Path = "/" + name

	return u.String()
}

func TestADatabaseThatIsNotInUTF8IsRefusedWithARemedy(t *testing.T) {
	t.Parallel()

	for _, encoding := range []string{"LATIN1", "SQL_ASCII", "EUC_JP", "WIN1252"} {
		address := inEncoding(t, encoding)
		through, err := cluster.Pooled(address)
		require.NoError(t, err)

		for url, options := range map[string][]store.Option{address: nil, through: {store.WithDirectURL(address)}} {
			_, err := store.Open(t.Context(), url, options...)
			require.ErrorContains(t, err, "has the encoding "+encoding)
			require.ErrorContains(t, err, "createdb --template=template0 --encoding=UTF8")
		}
	}
}

// TestADatabaseInAnotherEncodingCanBeMoved does what docs/upgrades.md says.
func TestADatabaseInAnotherEncodingCanBeMoved(t *testing.T) {
	t.Parallel()

	testdb.RequireProgram(t, "pg_dump")
	testdb.RequireProgram(t, "psql")

	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		// Earlier versions of the program did not say in which encoding they write, so that it was the database's.
		earlier, address := inEncoding(t, encoding), emptyDatabase(t)
		runScript(t, earlier+"&client_encoding="+encoding, "CREATE TABLE people (name text); INSERT INTO people VALUES ('jürgen λό')")

		pgDump, err := testdb.Program("pg_dump")
		require.NoError(t, err)

		dump, err := exec.Command(pgDump, "--encoding="+encoding, "--dbname="+earlier).Output()
		require.NoError(t, err)

		dump = regexp.MustCompile(`(?m)^SET client_encoding = .*$`).ReplaceAll(dump, []byte("SET client_encoding = 'UTF8';"))

		psql, err := testdb.Program("psql")
		require.NoError(t, err)

		load := exec.Command(psql, "--set=ON_ERROR_STOP=1", "--quiet", "--dbname="+address)
		load.Stdin = bytes.NewReader(dump)
		out, err := load.CombinedOutput()
		require.NoError(t, err, string(out))

		var name string
		require.NoError(t, open(t, address, postgres.Options{}).Reader().Raw("SELECT name FROM people").Scan(&name).Error)
		assert.Equal(t, "jürgen λό", name)
	}
}
