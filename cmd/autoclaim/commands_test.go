package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestServeRefusesFlagsThatDoNotFitTogether(t *testing.T) {
	t.Parallel()

	for message, args := range map[string][]string{
		"--issuer and --audience are required": {"serve"},
		"--issuer and --audience":              {"serve", "--issuer=https://login.example"},
		"--console needs --console-client-id":  {"serve", "--issuer=https://login.example", "--audience=x", "--console"},
		"--console needs --console-issuer":     {"serve", "--issuer=https://a/{tenantid}/v2.0", "--audience=x", "--console", "--console-client-id=y"},
		"--console-issuer is for":              {"serve", "--issuer=https://a", "--audience=x", "--console-issuer=https://b"},
		"add --allow-plain-http-keys":          {"serve", "--issuer=https://a", "--audience=x", "--jwks-url=http://10.0.0.1/keys"},
		"--allow-plain-http-keys changes":      {"serve", "--issuer=https://a", "--audience=x", "--allow-plain-http-keys"},
		"--dev has an issuer of its own":       {"serve", "--dev", "--jwks-url=https://a/keys"},
		"--issuers and --audience cannot":      {"serve", "--issuers=commands_test.go", "--audience=x"},
		"must be a JSON list":                  {"serve", "--issuers=commands_test.go"},
		"give one tenant to users of all":      {"serve", "--issuer=https://login.microsoftonline.com/common/v2.0", "--audience=x", "--fixed-tenant=y"},
		"or one whose keys have a --jwks-url":  {"serve", "--issuer=http://adfs.example/adfs/services/trust", "--audience=x"},
		"--console and --trusted-documents": {
			"serve", "--issuer=https://login.example", "--audience=x", "--console", "--console-client-id=y", "--trusted-documents=commands_test.go",
		},
		"cannot be used together":  {"serve", "--dev", "--issuer=https://login.example"},
		"listens on loopback only": {"serve", "--dev", "--listen=0.0.0.0:8080"},
		"--listen":                 {"serve", "--dev", "--listen=8080"},
		"--fixed-tenant and --tenant-claim": {
			"serve", "--issuer=https://login.example", "--audience=x", "--fixed-tenant=acme", "--tenant-claim=tid",
		},
		"--cors-origin: * allows all":        {"serve", "--dev", "--cors-origin=https://a.example,*"},
		"--max-response-memory and":          {"serve", "--dev", "--max-response=8388608", "--max-response-memory=1048576"},
		"--max-streams 30":                   {"serve", "--dev", "--max-streams=30", "--max-connections=20"},
		"needs --metrics-listen":             {"serve", "--dev", "--metrics-tenants=acme"},
		"leave it out for an SQLite":         {"check", "--database-url=sqlite:x.db", "--direct-database-url=postgres://h/db"},
		"raise --database-connections to 22": {"serve", "--dev", "--max-database-reads=11"},
		"unexpected argument":                {"nonsense"},
	} {
		status, out := command(t, args...)
		assert.NotZero(t, status, args)
		assert.Contains(t, out, message)
	}
}

func TestAnUnknownTenantOfTheMetricsStopsTheServer(t *testing.T) {
	t.Parallel()

	for _, args := range [][]string{
		{"--issuer=http://127.0.0.1:1", "--audience=a"}, {"--dev", "--dev-key=" + filepath.Join(t.TempDir(), "key.json")},
	} {
		status, out := command(t, append([]string{
			"serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--metrics-tenants=nobody", "--database-url=" + storetest.SQLite(t),
		}, args...)...)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, `--metrics-tenants (or AUTOCLAIM_METRICS_TENANTS): "nobody" is no tenant's external ID`)
		assert.NotContains(t, out, "serving")
	}
}

func TestADatabaseMustBeMigratedBeforeUse(t *testing.T) {
	t.Parallel()

	url := "--database-url=sqlite:" + filepath.Join(t.TempDir(), "new.db")

	status, out := command(t, "tenant", "list", url)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "autoclaim migrate")

	assert.Regexp(t, `Ran [1-9]\d* migrations; the schema is version [1-9]`, succeed(t, "migrate", url))
	assert.Contains(t, succeed(t, "migrate", url), "Ran 0 migrations")
	succeed(t, "tenant", "list", url)
}

func TestAnOperatorCreatesATenantByCommands(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := "--database-url=" + url
		users := filepath.Join(t.TempDir(), "users.csv")
		require.NoError(t, os.WriteFile(users, []byte("external_id,display_name,email\nann,Ann,ann@example.com\nbob,Bob,\n"), 0o600))

		assert.Contains(t, succeed(t, "import", "catalog", "sample", db), "11 products")
		assert.NotContains(t, succeed(t, "app", "list", db), "TEAMS1")
		assert.Contains(t, succeed(t, "app", "claimable", "TEAMS1", db), "57ff2da0-773e-42df-b2af-ffb7a2317929")
		assert.NotContains(t, succeed(t, "app", "claimable", "--off", "TEAMS1", db), "TEAMS1")
		succeed(t, "tenant", "create", "Acme", "--external-id=acme-id", db)
		assert.Regexp(t, `Acme +acme-id +off`, succeed(t, "tenant", "list", db))

		status, out := command(t, "tenant", "create", "ACME", "--external-id=other", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, "exists already")

		status, out = command(t, "tenant", "create", "Te\u202enant", "--external-id=other", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, "U+202E")

		assert.Contains(t, succeed(t, "import", "users", users, "--tenant=acme", db), "Imported 2 users")
		assert.Contains(t, succeed(t, "import", "users", users, "--tenant=acme", db), "Imported 2 users")

		status, out = command(t, "import", "users", users, "--tenant=nobody", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, "autoclaim tenant list")

		require.NoError(t, os.WriteFile(users, []byte("external_id,display_name,email\n,No id,\nann,A,\nann,B,\n"), 0o600))
		status, out = command(t, "import", "users", users, "--tenant=acme", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, "line 2: external_id")
		assert.Contains(t, out, "line 4: external_id")

		assert.Contains(t, succeed(t, "check", db), "All rules hold")
	})
}

func TestCheckReportsBrokenRulesAndRepairsCounters(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 5)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		driver, source := "pgx", url
		if path, isSQLite := strings.CutPrefix(url, "sqlite:"); isSQLite {
			driver, source = "sqlite", path
		}

		db, err := sql.Open(driver, source)
		require.NoError(t, err)

		defer db.Close()

		for _, damage := range []struct{ do, undo, message string }{
			{"UPDATE license_pools SET assigned = 3", "UPDATE license_pools SET assigned = 0", "count of assigned licenses"},
			{"UPDATE license_pools SET total = 3", "UPDATE license_pools SET total = 5", "sum of its counting subscriptions"},
			{"UPDATE policy_products SET position = 2", "UPDATE policy_products SET position = 0", "places that follow each other"},
			{
				"UPDATE policy_products SET apps_off = '[\"" + tenant.Teams.ID.String() + "\"]'",
				"UPDATE policy_products SET apps_off = '[]'", "own app is on",
			},
		} {
			_, err := db.Exec(damage.do)
			require.NoError(t, err)

			status, out := command(t, "check", "--database-url="+url)
			assert.Equal(t, 3, status)
			assert.Contains(t, out, damage.message)
			assert.Contains(t, out, `tenant "acme"`)
			assert.Contains(t, out, "broken rules: 1")

			_, err = db.Exec(damage.undo)
			require.NoError(t, err)
		}

		succeed(t, "check", "--database-url="+url)

		// Counters can be repaired. The order of a policy's products cannot, because the right one is unknown.
		_, err = db.Exec("UPDATE license_pools SET assigned = 3; UPDATE policy_products SET position = 2")
		require.NoError(t, err)

		_, out := command(t, "check", "--database-url="+url)
		assert.Contains(t, out, "autoclaim check --repair")

		status, out := command(t, "check", "--repair", "--database-url="+url)
		assert.Equal(t, 3, status)
		assert.Contains(t, out, `tenant "acme": assigned of the pool of product `+tenant.E3.ID.String()+": was 3, is 0")
		assert.Contains(t, out, "Repaired 1 counters")
		assert.Contains(t, out, "places that follow each other")
		assert.Contains(t, out, "broken rules: 1; --repair cannot fix them")

		_, err = db.Exec("UPDATE policy_products SET position = 0")
		require.NoError(t, err)
		assert.Contains(t, succeed(t, "check", "--repair", "--database-url="+url), "Repaired 0 counters")
	})
}

func TestEnvironmentVariablesSetFlags(t *testing.T) {
	url := storetest.SQLite(t)
	t.Setenv("AUTOCLAIM_DATABASE_URL", url)
	assert.Contains(t, succeed(t, "tenant", "list"), "NAME")

	t.Setenv("AUTOCLAIM_DEV", "true")
	t.Setenv("AUTOCLAIM_LISTEN", "0.0.0.0:1")

	status, out := command(t, "serve")
	assert.Equal(t, 2, status)
	assert.Contains(t, out, "loopback")

	assert.Contains(t, succeed(t, "--help"), "AUTOCLAIM_DATABASE_URL")
}

func TestNoEnvironmentVariableChangesWhatACommandDoes(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")

	for _, value := range []string{"", "1", "true"} {
		for _, flag := range []string{"VERSION", "HELP", "REPAIR", "DRY_RUN", "OFF"} {
			t.Setenv("AUTOCLAIM_"+flag, value)
		}

		assert.Contains(t, succeed(t, "migrate", "--database-url="+url), "migrations; the schema is version")
		assert.Contains(t, succeed(t, "check", "--database-url="+url), "All rules hold.")
		assert.NotContains(t, succeed(t, "check", "--database-url="+url), "Repaired")
	}
}

func TestEachFlagsHelpIsASentenceWithItsDefault(t *testing.T) {
	t.Parallel()

	parser, err := newParser(new(cli), buildinfo.Build{}, newVariables(nil))
	require.NoError(t, err)

	for _, command := range parser.Model.Leaves(false) {
		assert.Regexp(t, `^[A-Z].*\.$`, command.Help, command.FullPath())

		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				assert.Regexp(t, `^[A-Z].*\.$`, flag.Help, flag.Name)

				if flag.HasDefault && flag.PlaceHolder != "" { // The placeholder hides the default.
					assert.Contains(t, flag.Help, "Default: "+flag.Default+".", flag.Name)
				}
			}
		}
	}
}
