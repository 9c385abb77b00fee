package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// startParameters are settings that a role or a database may have changed, and on which depends what the program stores and
// reads. Connection poolers keep exactly these for each of their clients.
func startParameters() map[string]string {
	return map[string]string{
		"client_encoding": "UTF8", "standard_conforming_strings": "on", "timezone": "UTC", "datestyle": "ISO, MDY",
	}
}

// limits returns the settings that end statements and transactions. The program has limits of its own, so those of a role
// or of a database are for other programs.
func limits() []string {
	return []string{"statement_timeout", "lock_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"}
}

// sessionSettings returns the settings of a session, which poolers do not keep. No query may use more processes of the
// server than its connection's own: a report would take all of the server's CPUs from sign-ins otherwise. Compiling a query
// (JIT) takes longer than it saves.
func sessionSettings() map[string]string {
	settings := map[string]string{
		"default_transaction_isolation": "read committed", "max_parallel_workers_per_gather": "0", "jit": "off",
		"idle_session_timeout": "0", // Live data may be quiet for long.
	}
	for _, limit := range limits() {
		settings[limit] = "0"
	}

	return settings
}

// selectSchema sets the search path to the schema that has the program's tables. It is the first of the search path that
// has them, or the only other one in which the role may read them: somebody may have changed the role's search path since
// the tables were made, and then another schema must not be taken for an empty database.
const selectSchema = `
WITH found AS (
  SELECT n.nspname AS name, pg_table_is_visible(c.oid) AS visible FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'license_pools' AND c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    AND EXISTS (SELECT FROM pg_class g WHERE g.relnamespace = n.oid AND g.relname = 'goose_db_version')
)
SELECT set_config('search_path', quote_ident(name), false) FROM found
WHERE visible OR (SELECT count(*) = 1 FROM found)`

// prepareSession makes the settings of a new connection to the database itself. Those that the URL names stay.
func prepareSession(ctx context.Context, connection *pgconn.PgConn, config *pgx.ConnConfig) error {
	given := func(setting string) bool {
		_, ok := config.RuntimeParams[setting]

		return ok || strings.Contains(config.RuntimeParams["options"], setting)
	}

	var statements, values []string

	// It comes first, because it would end the other statements too.
	if !given("statement_timeout") {
		statements = append(statements, "SET statement_timeout = 0")
	}

	settings := sessionSettings()
	for _, setting := range slices.Sorted(maps.Keys(settings)) {
		if !given(setting) {
			values = append(values, fmt.Sprintf("('%s', '%s')", setting, settings[setting]))
		}
	}

	// Some settings are unknown to older servers.
	if len(values) > 0 {
		statements = append(statements, "SELECT set_config(name, value, false) FROM (VALUES "+strings.Join(values, ", ")+
			") AS s (name, value) WHERE current_setting(name, true) IS NOT NULL")
	}

	if !given("search_path") {
		statements = append(statements, selectSchema)
	}

	if err := connection.Exec(ctx, strings.Join(statements, ";")).Close(); err != nil {
		return fmt.Errorf("make the settings of a connection: %w", err)
	}

	return nil
}
