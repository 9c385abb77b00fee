package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// newRole makes a role without rights, and returns its name and the URL with which it connects.
func newRole(t *testing.T, address string) (role, asRole string) {
	t.Helper()

	name := `role of "` + nameOf(t, address)
	role = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	runScript(t, address, "CREATE ROLE "+role+" LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC")

	u, err := url.Parse(address)
	require.NoError(t, err)

	u.User = url.User(name)

	return role, u.String()
}

// requireRemedy runs the statements that the error names.
func requireRemedy(t *testing.T, address string, err error) {
	t.Helper()
	require.Error(t, err)

	_, statements, found := strings.Cut(err.Error(), "run: ")
	require.True(t, found, err)

	statements, _, _ = strings.Cut(statements, ". If")
	statements, _, _ = strings.Cut(statements, ": ")
	runScript(t, address, statements)
}

func TestARoleIsToldWhichRightsItLacksForAServer(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	tenant := newClaimant(t, migrated(t, address)).Tenant
	role, asRole := newRole(t, address)

	db := storetest.Open(t, asRole)
	_, err := db.Schema(t.Context())
	require.ErrorContains(t, err, "lacks rights")
	require.ErrorContains(t, err, `GRANT USAGE ON SCHEMA "public"`)
	require.ErrorContains(t, err, `"public"."license_pools"`)
	require.NotErrorIs(t, err, store.ErrSchemaOld)
	requireRemedy(t, address, err)

	_, err = db.Schema(t.Context())
	require.NoError(t, err, "the statements of the message are enough")

	violations, err := upkeep.Check(t.Context(), db)
	require.NoError(t, err)
	require.Empty(t, violations)

	err = db.CheckServerRights(t.Context())
	require.ErrorContains(t, err, `GRANT INSERT, UPDATE, DELETE ON "public"."policy_products" TO `+role)
	requireRemedy(t, address, err)
	require.NoError(t, db.CheckServerRights(t.Context()))

	// What servers do.
	world := *tenant.World
	world.Admin, world.Store = storetest.NewAdmin(db, world.Clock), db
	tenant = &storetest.Tenant{World: &world, Tenant: tenant.Tenant, Actor: tenant.Actor}
	user := &claimant{Tenant: tenant, claims: storetest.NewClaims(t, db, world.Clock)}
	require.NoError(t, user.claim(t))

	tenant.Buy(t, tenant.E1, 3)
	policy := tenant.Policy(t, "Mail", tenant.Mail, tenant.E3, tenant.E1)
	_, err = tenant.Admin.RemovePolicyProduct(t.Context(), tenant.Actor, storetest.Ref(policy), tenant.E3.ID)
	require.NoError(t, err)

	runScript(t, address, "REVOKE INSERT, UPDATE ON licenses FROM "+role)

	_, err = db.Schema(t.Context())
	require.NoError(t, err, "it can still read")
	require.ErrorContains(t, db.CheckServerRights(t.Context()), `GRANT INSERT, UPDATE ON "public"."licenses" TO `+role)
}

func TestARoleIsToldWhichRightsItLacksForCommands(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	migrated(t, address)
	role, asRole := newRole(t, address)
	db := storetest.Open(t, asRole)

	_, err := db.Schema(t.Context())
	requireRemedy(t, address, err)

	_, err = db.CreateTenant(t.Context(), "acme", "acme", storetest.NewClock().Now())
	require.ErrorContains(t, err, "permission denied")
	require.NotContains(t, err.Error(), "GRANT")

	err = db.ExplainRights(t.Context(), err)
	require.ErrorContains(t, err, `GRANT INSERT, UPDATE ON "public"."apps", `)
	require.ErrorContains(t, err, `"public"."tenants", "public"."users" TO `+role)
	requireRemedy(t, address, err)

	storetest.Fill(t, db)

	violations, err := upkeep.Check(t.Context(), db)
	require.NoError(t, err)
	require.Empty(t, violations)

	require.NoError(t, db.ExplainRights(t.Context(), nil))
	require.ErrorIs(t, db.ExplainRights(t.Context(), context.Canceled), context.Canceled)
}

func TestARoleThatMayNotMigrateIsToldWhy(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	role, asRole := newRole(t, address)

	_, err := storetest.Open(t, asRole).Migrate(t.Context())
	require.ErrorContains(t, err, "names no schema that it may use")

	runScript(t, address, "GRANT USAGE ON SCHEMA public TO "+role)

	_, err = storetest.Open(t, asRole).Migrate(t.Context())
	require.ErrorContains(t, err, "may not make tables")
	requireRemedy(t, address, err)

	first := storetest.Migrations(t, new(postgres.Database).Migrations(), 1, nil)
	_, err = open(t, address, postgres.Options{}).Migrate(t.Context(), first, migration.DefaultLockRetries())
	require.NoError(t, err)
	runScript(t, address, "GRANT ALL ON ALL TABLES IN SCHEMA public TO "+role)

	_, err = storetest.Open(t, asRole).MigrateWith(t.Context(), migration.DefaultLockRetries())
	require.ErrorContains(t, err, "run 'autoclaim migrate' as that role")
}
