package catalog_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
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

func imported(t *testing.T, db *store.Store, file *catalog.File, options catalog.Options) catalog.Result {
	t.Helper()

	result, err := catalog.Import(context.Background(), db, file, options, storetest.NewClock().Now())
	require.NoError(t, err)

	return result
}

func current(t *testing.T, db *store.Store) *licensing.Catalog {
	t.Helper()

	now, err := db.Catalog(context.Background())
	require.NoError(t, err)

	return now
}

func TestAnImportCanBeRepeatedWithoutHarm(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)

		file, err := catalog.Read(realFile(t))
		require.NoError(t, err)

		first := imported(t, db, file, catalog.Options{Claimable: []string{microsoftTeams}})
		assert.Len(t, first.AddedProducts, 619)
		assert.Len(t, first.AddedApps, 791)
		assert.Equal(t, 5959, first.AddedProductApps)

		before := current(t, db)
		again := imported(t, db, file, catalog.Options{})
		assert.Empty(t, again.AddedProducts)
		assert.Empty(t, again.ChangedApps)
		assert.Zero(t, again.AddedProductApps+again.RemovedProductApps)
		assert.Equal(t, before, current(t, db), "ids, marks and version stay")

		teams, err := before.FindApp("TEAMS1")
		require.NoError(t, err)
		assert.True(t, teams.Claimable)

		including := 0
		for _, product := range before.Products() {
			if before.Includes(product.ID, teams.ID) {
				including++
			}
		}

		assert.Equal(t, 67, including)
	})
}

func TestAPolicyForTeamsCanUseExactlyTheProductsThatIncludeTeams(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		world := &storetest.World{Store: storetest.Open(t, url), Clock: storetest.NewClock()}
		world.Admin = storetest.NewAdmin(world.Store, world.Clock)

		file, err := catalog.Read(realFile(t))
		require.NoError(t, err)
		imported(t, world.Store, file, catalog.Options{Claimable: []string{"TEAMS1"}})

		products := current(t, world.Store)
		teams, err := products.FindApp("TEAMS1")
		require.NoError(t, err)

		tenant := world.NewTenant(t, "acme")
		for _, product := range products.Products() {
			tenant.Buy(t, product, 1)
		}

		usable := 0

		for _, product := range products.Products() {
			policy, err := tenant.Admin.CreatePolicy(ctx, tenant.Actor, licensing.PolicyDraft{
				Name: "Teams", AppID: teams.ID, Products: []licensing.PolicyProduct{{ProductID: product.ID}},
			})

			if !products.Includes(product.ID, teams.ID) {
				refusal, ok := licensing.AsRefusal(err)
				require.True(t, ok, product.Name)
				require.Equal(t, licensing.CodeProductLacksApp, refusal.Code)

				continue
			}

			require.NoError(t, err, product.Name)

			usable++

			_, err = tenant.Admin.DeletePolicy(ctx, tenant.Actor, storetest.Ref(policy))
			require.NoError(t, err)
		}

		assert.Equal(t, 67, usable)
	})
}

func TestANewEditionChangesOnlyWhatDiffers(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		teams, mail := []string{"TEAMS1", a1, "Teams"}, []string{"MAIL", a2, "Mail"}
		line := func(product, id string, app []string) string {
			return row(append([]string{product, "E", id}, app...)...)
		}

		imported(t, db, read(t, header+line("E3", p1, teams)+line("E3", p1, mail)+line("E1", p2, teams)),
			catalog.Options{Claimable: []string{"TEAMS1"}})

		before := current(t, db)
		edition := read(t, header+line("E3 renamed", p1, teams))

		dry := imported(t, db, edition, catalog.Options{DryRun: true})
		assert.Equal(t, before, current(t, db), "a dry run changes nothing")

		result := imported(t, db, edition, catalog.Options{})
		assert.True(t, dry.DryRun)
		dry.DryRun = false
		assert.Equal(t, dry, result, "and its result is what would change")
		assert.Equal(t, 1, result.AbsentProducts)
		assert.Equal(t, 1, result.RemovedProductApps)
		assert.Len(t, result.ChangedProducts, 1)

		after := current(t, db)
		assert.Greater(t, after.Version, before.Version)
		assert.Len(t, after.Products(), 2)

		for _, product := range after.Products() {
			assert.Len(t, after.AppsOf(product.ID), 1, product.Name)
		}

		app, err := after.FindApp("TEAMS1")
		require.NoError(t, err)
		assert.True(t, app.Claimable, "the operator's marks stay")

		var report strings.Builder

		result.WriteReport(&report, true)
		assert.Contains(t, report.String(), `E "E3" is now E "E3 renamed"`)
	})
}

func TestMarkingAnAppThatDoesNotExistImportsNothing(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		db := storetest.Open(t, url)

		_, err := catalog.Import(ctx, db, read(t, header+row("E3", "E3", p1, "TEAMS1", a1, "Teams")),
			catalog.Options{Claimable: []string{"TEAMS2"}}, storetest.NewClock().Now())
		require.ErrorContains(t, err, "TEAMS2")
		assert.Empty(t, current(t, db).Products())

		imported(t, db, read(t, header+row("E3", "E3", p1, "TEAMS1", a1, "Teams")), catalog.Options{})
		require.NoError(t, catalog.SetClaimable(ctx, db, []string{"TEAMS1"}, true))
		assert.True(t, current(t, db).Apps()[0].Claimable)
		require.NoError(t, catalog.SetClaimable(ctx, db, []string{a1}, false))
		assert.False(t, current(t, db).Apps()[0].Claimable)
		assert.Error(t, catalog.SetClaimable(ctx, db, []string{"TEAMS2"}, true))
	})
}
