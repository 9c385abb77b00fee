package main

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// execute runs statements on a PostgreSQL database.
func execute(t *testing.T, address string, statements ...string) {
	t.Helper()

	db, err := sql.Open("pgx", address)
	require.NoError(t, err)

	for _, statement := range statements {
		_, err = db.ExecContext(context.Background(), statement) // Tests clean up with it too.
		require.NoError(t, err)
	}

	require.NoError(t, db.Close())
}

func TestAServerWhoseRoleLacksRightsDoesNotStart(t *testing.T) {
	t.Parallel()

	address := storetest.Postgres(t, cluster)
	execute(t, address, "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
	t.Cleanup(func() { execute(t, address, "DROP OWNED BY reader", "DROP ROLE reader") })

	u, err := url.Parse(address)
	require.NoError(t, err)

	u.User = url.User("reader")

	status, out := command(t, "serve", "--issuer=http://127.0.0.1:1", "--audience=a", "--database-url="+u.String())
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `GRANT INSERT, UPDATE ON `)
	assert.Contains(t, out, `"public"."licenses"`)
	assert.Contains(t, succeed(t, "check", "--database-url="+u.String()), "All rules hold")

	status, out = command(t, "tenant", "create", "Acme", "--external-id=acme", "--database-url="+u.String())
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `"public"."tenants", "public"."users" TO "reader"`)
}

func TestAServerIsNotReadyWhileItsDatabaseOnlyReads(t *testing.T) {
	t.Parallel()

	address := storetest.Postgres(t, cluster)
	u, err := url.Parse(address)
	require.NoError(t, err)

	database := strings.TrimPrefix(u.Path, "/")
	server, log, _ := serveLogged(t, address, oidctest.New(t).URL, "text")
	status := func() int {
		response, err := http.Get(server + "/readyz")
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())

		return response.StatusCode
	}

	execute(t, address, "ALTER DATABASE "+database+" SET default_transaction_read_only = on",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	require.Eventually(t, func() bool { return status() == http.StatusServiceUnavailable }, startTimeout, 10*time.Millisecond)
	assert.Contains(t, log.String(), "the server only reads")

	code, out := command(t, "migrate", "--database-url="+address)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "the server only reads")

	execute(t, address+"&default_transaction_read_only=off", "ALTER DATABASE "+database+" RESET default_transaction_read_only")
	require.Eventually(t, func() bool { return status() == http.StatusOK }, startTimeout, 10*time.Millisecond)
}
