package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// unusualSettings are settings that the owner of a database may have made for other programs.
func unusualSettings() map[string]string {
	return map[string]string{
		"client_encoding": "LATIN1", "standard_conforming_strings": "off", "timezone": "Asia/Tokyo", "datestyle": "German",
		"intervalstyle": "sql_standard", "bytea_output": "escape", "extra_float_digits": "-10", "client_min_messages": "debug1",
		"default_transaction_isolation": "serializable", "default_transaction_deferrable": "on", "jit_above_cost": "0",
		"array_nulls": "off", "transform_null_equals": "on", "quote_all_identifiers": "on", "backslash_quote": "off",
		"plan_cache_mode": "force_generic_plan", "lc_monetary": "C", "xmloption": "document",
	}
}

// unusualLimits are settings that would end what the program does.
func unusualLimits() map[string]string {
	return map[string]string{
		"statement_timeout": "1s", "lock_timeout": "50ms", "idle_in_transaction_session_timeout": "50ms", "idle_session_timeout": "1s",
	}
}

// configure makes settings of a database.
func configure(t *testing.T, address string, settings map[string]string) {
	t.Helper()

	for setting, value := range settings {
		// A limit that was set before must not end this statement.
		runScript(t, address+"&statement_timeout=0&lock_timeout=0",
			fmt.Sprintf(`ALTER DATABASE %s SET %s = '%s'`, nameOf(t, address), setting, value))
	}
}

func nameOf(t *testing.T, address string) string {
	t.Helper()

	u, err := url.Parse(address)
	require.NoError(t, err)

	return strings.TrimPrefix(u.Path, "/")
}

// migrated returns a store of an empty database that was migrated.
func migrated(t *testing.T, address string, options ...store.Option) *store.Store {
	t.Helper()

	db := storetest.Open(t, address, options...)
	_, err := db.Migrate(t.Context())
	require.NoError(t, err)

	return db
}

// pooled returns the URL of the database through PgBouncer, and the option that opens it.
func pooled(t *testing.T, address string) (string, store.Option) {
	t.Helper()

	through, err := cluster.Pooled(address)
	require.NoError(t, err)

	return through, store.WithDirectURL(address)
}

func TestSettingsOfTheDatabaseChangeNoAnswer(t *testing.T) {
	t.Parallel()

	usual := migrated(t, emptyDatabase(t))
	storetest.Fill(t, usual)
	expected := storetest.Contents(t, usual)

	for _, throughPooler := range []bool{false, true} {
		t.Run(map[bool]string{false: "directly", true: "through PgBouncer"}[throughPooler], func(t *testing.T) {
			t.Parallel()

			address := emptyDatabase(t)
			configure(t, address, unusualSettings())

			through, options := address, []store.Option{store.WithConnections(6)}
			if throughPooler {
				var option store.Option

				through, option = pooled(t, address)
				options = append(options, option)
			} else {
				configure(t, address, unusualLimits())
			}

			db := migrated(t, through, options...)
			storetest.Fill(t, db)
			assert.Equal(t, expected, storetest.Contents(t, db))

			requireUnusualNamesAreKept(t, db, address)

			violations, err := upkeep.Check(t.Context(), db)
			require.NoError(t, err)
			assert.Empty(t, violations)
		})
	}
}

// requireUnusualNamesAreKept lets users with unusual names claim at the same time, each of them several times.
func requireUnusualNamesAreKept(t *testing.T, db *store.Store, address string) {
	t.Helper()

	tenant, err := db.TenantByName(t.Context(), "other")
	require.NoError(t, err)

	clock := storetest.NewClock()
	catalog, err := db.Catalog(t.Context())
	require.NoError(t, err)

	for _, product := range catalog.Products() {
		_, err := storetest.NewAdmin(db, clock).CreateSubscription(t.Context(),
			admin.Actor{TenantID: tenant.ID, ExternalID: "admin"}, product.ID, 10, licensing.SubscriptionActive)
		require.NoError(t, err)
	}

	names := []string{`jürgen\' λό`, `\\x`, `E'\n`, "\U0001F600"}
	claims := storetest.NewClaims(t, db, clock)

	var callers sync.WaitGroup

	for range 4 {
		for _, name := range names {
			callers.Go(func() {
				answer, err := claims.Claim(t.Context(), tenant.ID, name, "TEAMS1")
				assert.NoError(t, err)
				assert.Contains(t, []licensing.Outcome{licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed}, answer.Outcome)
			})
		}
	}

	callers.Wait()

	// Read as another program does that says which encoding it reads.
	connection, err := pgx.Connect(t.Context(), address+"&client_encoding=UTF8&statement_timeout=0")
	require.NoError(t, err)

	defer connection.Close(context.Background())

	rows, err := connection.Query(t.Context(), "SELECT external_id FROM users WHERE external_id = ANY ($1)", names)
	require.NoError(t, err)

	stored, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.ElementsMatch(t, names, stored)
}

func TestTransactionsBehindAPoolerHaveTheirOwnIsolationLevel(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	user := newClaimant(t, migrated(t, address))
	configure(t, address, map[string]string{"default_transaction_isolation": "repeatable read"})

	through, err := cluster.Pooled(address)
	require.NoError(t, err)

	database := open(t, through, postgres.Options{DirectURL: address})

	require.NoError(t, database.InTx(t.Context(), func(tx *gorm.DB) error {
		var level string
		err := tx.Raw("SHOW transaction_isolation").Scan(&level).Error
		assert.Equal(t, "read committed", level)

		return err
	}))

	// A claim sees what another transaction commits while the claim waits for its lock. With a snapshot from before, it
	// would fail.
	other := begin(t, address, "UPDATE license_pools SET total = total")
	time.AfterFunc(200*time.Millisecond, func() { assert.NoError(t, other.Commit()) })

	batch := licensing.ClaimBatch{
		TenantID: user.ID, People: []licensing.Person{{ExternalID: "ann"}}, Products: []licensing.ID{user.E3.ID}, At: user.Clock.Now(),
	}
	require.NoError(t, database.Claim(t.Context(), batch, func(facts licensing.ClaimFacts) (licensing.ClaimResults, error) {
		assert.Len(t, facts.Pools, 1)

		return licensing.ClaimResults{}, nil
	}))
}

func TestTheSearchPathOfARoleDoesNotHideTheTables(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	db := migrated(t, address)
	storetest.Fill(t, db)

	for _, path := range []string{"elsewhere", "elsewhere, public", "", `"$user"`, "pg_catalog"} {
		runScript(t, address, "CREATE SCHEMA IF NOT EXISTS elsewhere; CREATE TABLE IF NOT EXISTS elsewhere.users (id int)")
		runScript(t, address, fmt.Sprintf("ALTER DATABASE %s SET search_path = %s", nameOf(t, address), map[bool]string{true: "''", false: path}[path == ""]))

		again := storetest.Open(t, address)
		ran, err := again.Migrate(t.Context())
		require.NoError(t, err, path)
		assert.Zero(t, ran, path)

		_, err = again.Schema(t.Context())
		require.NoError(t, err, path)
		assert.Equal(t, storetest.Contents(t, db), storetest.Contents(t, again), path)
	}

	// A pooler's sessions cannot be changed.
	through, option := pooled(t, address)
	_, err := storetest.Open(t, through, option).Schema(t.Context())
	require.ErrorContains(t, err, `SET search_path = "public"`)

	runScript(t, address, fmt.Sprintf(`ALTER DATABASE %s SET search_path = elsewhere, public`, nameOf(t, address)))
	reconnectPooler(t, address)

	_, err = storetest.Open(t, through, option).Schema(t.Context())
	require.ErrorContains(t, err, `"elsewhere"."users" hides`)
}

// reconnectPooler ends the sessions of the pooler, whose settings are those of when they began, and waits for new ones.
func reconnectPooler(t *testing.T, address string) {
	t.Helper()

	runScript(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`)

	through, err := cluster.Pooled(address)
	require.NoError(t, err)

	require.Eventually(t, func() bool {
		connection, err := pgx.Connect(t.Context(), through)
		if err != nil {
			return false
		}

		defer connection.Close(context.Background())

		return connection.Ping(t.Context()) == nil
	}, time.Minute, 10*time.Millisecond)
}

func TestTheURLMayNameTheSchemaOfTheTables(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	runScript(t, address, "CREATE SCHEMA one; CREATE SCHEMA two")

	for _, schema := range []string{"one", "two"} {
		db := storetest.Open(t, address+"&search_path="+schema)
		ran, err := db.Migrate(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, newest(t), ran, "the tables of another schema are others")

		_, err = db.Schema(t.Context())
		require.NoError(t, err)
	}

	_, err := storetest.Open(t, address).Schema(t.Context())
	require.ErrorContains(t, err, `the tables are in the schema "one" or "two"`)
	assert.ErrorContains(t, err, "search_path=one")
}

func TestLimitsOfAPoolersSessionsThatAreTooShortAreRefusedWithARemedy(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	configure(t, address, map[string]string{"statement_timeout": "9s", "lock_timeout": "10s"})

	through, option := pooled(t, address)
	_, err := store.Open(t.Context(), through, option)
	require.ErrorContains(t, err, "statement_timeout = 9s")
	require.NotContains(t, err.Error(), "lock_timeout")

	_, remedy, _ := strings.Cut(err.Error(), "run: ")
	remedy, _, _ = strings.Cut(remedy, ". Then")
	runScript(t, address, remedy)
	reconnectPooler(t, address)

	storetest.Open(t, through, option)
}

func TestLimitsOfTheDatabaseAreOffForTheProgram(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	configure(t, address, unusualLimits())

	for setting := range unusualLimits() {
		var value string
		require.NoError(t, open(t, address, postgres.Options{}).Reader().Raw("SELECT current_setting(?)", setting).Scan(&value).Error)
		assert.Equal(t, "0", value, setting)
	}

	// A limit would end the wait for a lock.
	db := migrated(t, address)
	user := newClaimant(t, db)
	held := begin(t, address+"&statement_timeout=0&idle_in_transaction_session_timeout=0", "LOCK TABLE license_pools")
	time.AfterFunc(200*time.Millisecond, func() { assert.NoError(t, held.Rollback()) })
	require.NoError(t, user.claim(t))
}

func TestALimitInTheURLIsKept(t *testing.T) {
	t.Parallel()

	database := open(t, emptyDatabase(t)+"&statement_timeout=12345&options=-c%20lock_timeout%3D54321", postgres.Options{})

	for setting, expected := range map[string]string{"statement_timeout": "12345ms", "lock_timeout": "54321ms", "jit": "off"} {
		var value string
		require.NoError(t, database.Reader().Raw("SELECT current_setting(?)", setting).Scan(&value).Error)
		assert.Equal(t, expected, value)
	}
}
