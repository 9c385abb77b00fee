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
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// A fixture is a filled database of some version of the schema, as SQL, and what could be read from it then.
// `make schema-fixture` writes the first that is missing; those that are there never change.
var writeFixture = flag.Bool("write-fixture", false, "write the fixture of the first version of the schema that has none")

func fixtures(dialect string) string { return filepath.Join("testdata", "schemas", dialect) }

func newClaims(t *testing.T, db *store.Store, clock *storetest.Clock) *claiming.Service {
	t.Helper()

	claims := claiming.New(db, clock.Now, storetest.Logger())
	t.Cleanup(claims.Close)

	return claims
}

// fill gives an empty database something of everything.
func fill(t *testing.T, db *store.Store) {
	t.Helper()

	ctx := t.Context()
	world := storetest.NewWorld(t, db)
	acme, other := world.NewTenant(t, "acme"), world.NewTenant(t, "other")
	claims := newClaims(t, db, world.Clock)

	claim := func(tenant *storetest.Tenant, user, app string) claiming.Answer {
		answer, err := claims.Claim(ctx, tenant.ID, user, app)
		require.NoError(t, err)

		return answer
	}

	require.NoError(t, acme.Admin.ImportUsers(ctx, acme.ID, []licensing.User{
		{ExternalID: "ann", DisplayName: "Ann Änder", Email: "ann@example.com"}, {ExternalID: "o'hara"},
	}))
	acme.Buy(t, acme.E3, 2)
	acme.Buy(t, acme.E1, 1)
	lapsed := acme.Buy(t, acme.F1, 7)
	status := licensing.SubscriptionSuspended
	_, err := acme.Admin.UpdateSubscription(ctx, acme.Actor, lapsed.ID, admin.SubscriptionUpdate{Status: &status})
	require.NoError(t, err)

	teams := acme.Policy(t, "Teams", acme.Teams, acme.E3, acme.E1)
	_, err = acme.Admin.SetAppToggles(ctx, acme.Actor, storetest.Ref(teams),
		[]licensing.ToggleChange{{ProductID: &acme.E3.ID, AppID: acme.Voice.ID, On: false}})
	require.NoError(t, err)

	ann := claim(acme, "ann", "TEAMS1")
	claim(acme, "bob", "TEAMS1")
	world.Clock.Advance(24 * time.Hour)
	claim(acme, "o'hara", "TEAMS1")
	claim(acme, "dan", "TEAMS1")
	claim(acme, "dan", "TEAMS1")

	_, err = acme.Admin.RemoveLicense(ctx, acme.Actor, ann.License.ID, true)
	require.NoError(t, err)
	dan := "dan"
	_, err = acme.Admin.AssignLicense(ctx, acme.Actor, admin.UserRef{ExternalID: &dan}, acme.E3.ID, nil)
	require.NoError(t, err)

	other.Buy(t, other.Basic, 3)
	gone := other.Policy(t, "Old", other.Teams, other.Basic)
	claim(other, "ann", "TEAMS1")
	_, err = other.Admin.DeletePolicy(ctx, other.Actor, storetest.Ref(gone))
	require.NoError(t, err)
	other.Policy(t, "New", other.Teams, other.Basic)
}

// reading is all that can be read from a database, in lines without ids.
func reading(t *testing.T, db *store.Store) string {
	t.Helper()

	ctx := t.Context()
	catalog, err := db.Catalog(ctx)
	require.NoError(t, err)

	tenants, err := db.Tenants(ctx)
	require.NoError(t, err)

	var lines []string

	for _, tenant := range tenants {
		for _, line := range readTenant(t, catalog, db.For(tenant.ID)) {
			lines = append(lines, tenant.Name+": "+line)
		}
	}

	slices.Sort(lines)

	return strings.Join(lines, "\n") + "\n"
}

func readTenant(t *testing.T, catalog *licensing.Catalog, data store.Handle) []string {
	t.Helper()

	ctx := t.Context()
	users, policies := make(map[licensing.ID]string), map[licensing.ID]string{{}: "by hand"}

	var lines []string

	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	product := func(id licensing.ID) string { p, _ := catalog.Product(id); return p.Code }
	off := func(ids []licensing.ID) (codes string) {
		for _, id := range ids {
			app, _ := catalog.App(id)
			codes += " without " + app.Code
		}

		return codes
	}
	at := func(at *time.Time) string {
		if at == nil {
			return "-"
		}

		return at.Format(time.RFC3339Nano)
	}

	tenant, err := data.Tenant(ctx)
	require.NoError(t, err)
	say("auto-claim %v, organization %s, since %s", tenant.AutoClaimEnabled, tenant.ExternalID, at(&tenant.CreatedAt))

	for _, user := range listed(t, data.Users("")) {
		users[user.ID] = user.ExternalID
		say("user %s %q %q, blocked %s", user.ExternalID, user.DisplayName, user.Email, at(user.BlockedAt))
	}

	pools, err := data.Pools(ctx)
	require.NoError(t, err)

	for id, pool := range pools {
		say("pool %s: %d of %d assigned", product(id), pool.Assigned, pool.Total)
	}

	for _, s := range listed(t, data.Subscriptions(store.SubscriptionFilter{})) {
		say("subscription %s: %d %s", product(s.ProductID), s.Quantity, s.Status)
	}

	live, err := data.Policies(ctx)
	require.NoError(t, err)

	var all []licensing.ID
	for _, claim := range listed(t, data.Claims(store.ReportFilter{})) {
		all = append(all, claim.PolicyID)
	}

	old, err := data.PoliciesByID(ctx, all)
	require.NoError(t, err)

	for _, policy := range append(live, old...) {
		if policies[policy.ID] != "" {
			continue
		}

		policies[policy.ID] = policy.Name
		app, _ := catalog.App(policy.AppID)
		text := ""

		for _, p := range policy.Products {
			text += ", " + product(p.ProductID) + off(p.AppsOff)
		}

		say("policy %s for %s, on %v, version %d, deleted %s%s",
			policy.Name, app.Code, policy.Enabled, policy.Version, at(policy.DeletedAt), text)
	}

	for _, l := range listed(t, data.Licenses(store.LicenseFilter{})) {
		var policy licensing.ID
		if l.PolicyID != nil {
			policy = *l.PolicyID
		}

		say("license %s %s%s, %s %s, assigned %s, removed %s", users[l.UserID], product(l.ProductID), off(l.AppsOff),
			l.Source, policies[policy], at(&l.AssignedAt), at(l.RemovedAt))
	}

	for _, c := range listed(t, data.Claims(store.ReportFilter{})) {
		say("claim %s %s, %s place %d, %s",
			users[c.UserID], product(c.ProductID), policies[c.PolicyID], c.Position, at(&c.ClaimedAt))
	}

	totals, err := data.ClaimTotals(ctx, store.ReportFilter{Since: tenant.CreatedAt.AddDate(-1, 0, 0)})
	require.NoError(t, err)

	for _, total := range totals {
		say("day %s %s %s: %d", at(&total.Day), policies[total.PolicyID], product(total.ProductID), total.Claims)
	}

	for _, m := range listed(t, data.MissedClaims(store.ReportFilter{})) {
		say("missed %s %s: %d, %s to %s", users[m.UserID], policies[m.PolicyID], m.Count, at(&m.FirstAt), at(&m.LastAt))
	}

	for _, e := range listed(t, data.AuditEvents(store.AuditFilter{})) {
		say("audit %s %s %s, request %s, before %v, after %v",
			at(&e.At), e.Actor, e.Action, e.RequestID, e.Before != nil, e.After != nil)
	}

	return lines
}

func listed[T any](t *testing.T, list paging.List[T]) []T {
	t.Helper()

	slice, err := list.Page(t.Context(), paging.Page{Limit: 1000})
	require.NoError(t, err)

	values := make([]T, len(slice.Items))
	for i, item := range slice.Items {
		values[i] = item.Value
	}

	return values
}

// dump is a whole database as SQL statements.
func dump(t *testing.T, url string) string {
	t.Helper()

	if path, isSQLite := strings.CutPrefix(url, "sqlite:"); isSQLite {
		return dumpSQLite(t, path)
	}

	program, err := testdb.Program("pg_dump")
	require.NoError(t, err)

	var complaints bytes.Buffer

	cmd := exec.Command(program, "--inserts", "--no-owner", "--no-privileges", "--no-comments", "--dbname="+url)
	cmd.Stderr = &complaints
	said, err := cmd.Output()
	require.NoError(t, err, complaints.String())

	var kept []string

	for line := range strings.Lines(string(said)) {
		// What only psql understands, or only some version of the server.
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

// load runs a dump in an empty database.
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

// eachEmpty runs the test on an empty database of each kind, which has no schema yet.
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
		for version := range store.SchemaVersion(dialect) {
			path := filepath.Join(fixtures(dialect), fmt.Sprintf("%05d", version+1))

			if _, err := os.Stat(path + ".sql"); os.IsNotExist(err) && *writeFixture {
				db := storetest.Open(t, url)
				_, err := db.MigrateTo(t.Context(), int(version+1))
				require.NoError(t, err)
				fill(t, db)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
				require.NoError(t, os.WriteFile(path+".sql", []byte(dump(t, url)), 0o600))
				require.NoError(t, os.WriteFile(path+".txt", []byte(reading(t, db)), 0o600))

				return // The next one needs another empty database.
			}

			require.FileExists(t, path+".sql", "run 'make schema-fixture' and commit what it writes")
			require.FileExists(t, path+".txt")
		}
	})
}
