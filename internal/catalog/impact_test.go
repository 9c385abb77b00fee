package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// edition is a file that lists the apps for the product. The catalog's other products are not in it.
func edition(t *testing.T, product licensing.Product, apps ...licensing.App) string {
	t.Helper()

	text := header
	for _, app := range apps {
		text += row(product.Name, product.Code, product.VendorID.String(), app.Code, app.VendorID.String(), app.Name)
	}

	return text
}

func report(result catalog.Result) string {
	var text strings.Builder

	result.WriteReport(&text, false)

	return text.String()
}

func TestAnImportNamesThePoliciesThatLoseAnAppAndWhoHasLicenses(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		acme, other := world.NewTenant(t, "acme"), world.NewTenant(t, "other")

		acme.Buy(t, acme.E3, 10)
		acme.Buy(t, acme.E1, 10)
		acme.Policy(t, "Teams for all", acme.Teams, acme.E3)
		other.Buy(t, other.E3, 10)
		other.Buy(t, other.E1, 10)
		other.Policy(t, "Everybody", other.Teams, other.E1, other.E3)

		gone := world.NewTenant(t, "gone")
		gone.Buy(t, gone.E3, 1)
		deleted := gone.Policy(t, "Deleted", gone.Teams, gone.E3)
		_, err := gone.Admin.DeletePolicy(t.Context(), gone.Actor, storetest.Ref(deleted))
		require.NoError(t, err)

		for tenant, users := range map[*storetest.Tenant]int{acme: 3, other: 1} {
			for i := range users {
				user := fmt.Sprintf("user-%d", i)
				require.NoError(t, tenant.Admin.ImportUsers(t.Context(), tenant.ID, []licensing.User{{ExternalID: user}}))
				_, err := tenant.Admin.AssignLicense(t.Context(), tenant.Actor, admin.UserRef{ExternalID: &user}, tenant.E3.ID, nil)
				require.NoError(t, err)
			}
		}

		before := current(t, world.Store)
		file := read(t, edition(t, world.E3, world.Mail))

		dry := imported(t, world.Store, file, catalog.Options{DryRun: true})
		assert.Equal(t, before, current(t, world.Store))
		assert.Contains(t, report(dry), "dry run. Nothing was changed")

		done := imported(t, world.Store, file, catalog.Options{})
		assert.Equal(t, dry.Impact, done.Impact, "a dry run says the same before")

		lost := func(tenant, policy string, left int) catalog.LostApp {
			return catalog.LostApp{
				Tenant: tenant, Policy: policy, Product: world.E3.Name, App: world.Teams.Name, Enabled: true, Left: left,
			}
		}
		assert.Equal(t, []catalog.LostApp{lost("acme", "Teams for all", 0), lost("other", "Everybody", 1)}, done.Impact.Lost)
		require.Len(t, done.Impact.Products, 1)
		assert.Contains(t, done.Impact.Products[0].Removed, world.Teams.Code)
		assert.Empty(t, done.Impact.Products[0].Added)

		text := report(done)
		assert.Contains(t, text, "Policies that lose a product's app: 2\n")
		assert.Contains(t, text, `tenant "acme", policy "Teams for all": `+world.E3.Name+" no longer includes "+world.Teams.Name+"; no product")
		assert.Contains(t, text, `tenant "other", policy "Everybody": `+world.E3.Name+" no longer includes "+world.Teams.Name+"; 1 product")
		assert.Contains(t, text, "4 licenses in 2 tenants")
		assert.NotContains(t, text, "Deleted")
		assert.NotContains(t, text, "dry run")

		again := imported(t, world.Store, file, catalog.Options{})
		assert.Zero(t, again.Impact, "nothing changes any more")
	})
}

func TestTheListOfPoliciesThatLoseAnAppIsBounded(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))

		for i := range 25 {
			tenant := world.NewTenant(t, fmt.Sprintf("tenant-%02d", i))
			tenant.Buy(t, tenant.E3, 1)
			tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		}

		result := imported(t, world.Store, read(t, edition(t, world.E3, world.Mail)), catalog.Options{DryRun: true})
		assert.Equal(t, 25, result.Impact.Policies)

		text := report(result)
		assert.Contains(t, text, "tenant-19")
		assert.NotContains(t, text, "tenant-20")
		assert.Contains(t, text, "... and 5 more (--verbose shows up to 1000)")
	})
}

func TestAProductKeepsItsAppsIfARowOfItCannotBeRead(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		e3, e1 := []string{"E3", "E3", p1}, []string{"E1", "E1", p2}
		teams, mail := []string{"TEAMS1", a1, "Teams"}, []string{"MAIL", a2, "Mail"}
		line := func(product, app []string) string { return row(append(append([]string{}, product...), app...)...) }
		appsOf := func(vendorID string) int {
			for _, product := range current(t, db).Products() {
				if product.VendorID == uuid.MustParse(vendorID) {
					return len(current(t, db).AppsOf(product.ID))
				}
			}

			return 0
		}

		imported(t, db, read(t, header+line(e3, teams)+line(e3, mail)+line(e1, teams)+line(e1, mail)), catalog.Options{})

		// The row of E3 with TEAMS1 has a broken id. Whether E1 still has it is plain.
		broken := []string{"TEAMS1", "not-an-id", "Teams"}
		result := imported(t, db, read(t, header+line(e3, broken)+line(e3, mail)+line(e1, mail)), catalog.Options{})
		assert.Equal(t, 1, result.KeptProductApps)
		assert.Equal(t, 1, result.RemovedProductApps)
		assert.Equal(t, 2, appsOf(p1))
		assert.Equal(t, 1, appsOf(p2))
		assert.Contains(t, report(result), "rows of their products could not be read: 1")

		// A row that names no product may belong to any.
		result = imported(t, db, read(t, header+line(e3, mail)+line(e1, mail)+"TEAMS1\n"), catalog.Options{})
		assert.Equal(t, 1, result.KeptProductApps)
		assert.Zero(t, result.RemovedProductApps)
		assert.Equal(t, 2, appsOf(p1))
	})
}

func TestAnEmptyCellKeepsTheKnownNameAndCode(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		imported(t, db, read(t, header+row("Product", "E3", p1, "TEAMS1", a1, "Teams")), catalog.Options{})
		before := current(t, db)

		result := imported(t, db, read(t, header+row("", "E3", p1, "TEAMS1", a1, "")+row("Product", "", p1, "", a1, "Teams")), catalog.Options{})
		assert.Empty(t, result.ChangedApps)
		assert.Empty(t, result.ChangedProducts)
		assert.Equal(t, before, current(t, db))

		// A new app without a name is called by its code.
		imported(t, db, read(t, header+row("Product", "E3", p1, "MAIL", a2, "")), catalog.Options{})

		mail, err := current(t, db).FindApp("MAIL")
		require.NoError(t, err)
		assert.Equal(t, "MAIL", mail.Name)
	})
}
