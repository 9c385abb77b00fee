package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// pages are operations that read a page of $n objects with related objects, and the number of statements that each
// needs for any $n.
var pages = map[string]struct {
	query      string
	statements int
}{
	"policies": {`query($n: Int) { policies(first: $n) { nodes { name app { name } availableLicenses products {
		product { name apps { name } pool { total } } pool { available } availableLicenses appToggles { app { name } state } } } } }`, 5},
	"policies with their number": {`query($n: Int) { policies(first: $n) { totalCount nodes { name } } }`, 3},
	"report": {`query($n: Int) { claimReport { claims(first: $n) { nodes { claimedAt user { displayName } policy { name }
		app { name } product { name } license { id product { name } } } } } }`, 7},
	"report with totals": {`query($n: Int) { claimReport { totalClaims byPolicy { claims policy { name } } byProduct { claims product { name } }
		byDay { day claims } claims(first: $n) { nodes { id } } } }`, 7},
	"licenses": {`query($n: Int) { licenses(first: $n) { nodes { user { displayName } product { name } policy { name } appsOff { name } } } }`, 5},
	"products": {`query($n: Int) { products(first: $n) { nodes { name apps { name } pool { total available product { name } } } } }`, 3},
	"users":    {`query($n: Int) { users(first: $n) { nodes { displayName email } } }`, 2},
}

func TestTheNumberOfStatementsDoesNotDependOnThePageSize(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		statements := new(storetest.Statements)
		a := serve(t, url)
		tenant := a.world.NewTenant(t, "acme")
		fill(t, a, tenant)

		a.listen(storetest.Open(t, url, store.WithPlugin(statements)))
		reader := a.as(tenant, "rita", auth.RoleGlobalReader)

		for name, page := range pages {
			for _, n := range []int{5, 50} {
				// A loader waits for ids for a short time only, so on a busy machine it may need a second statement. The
				// lowest of several tries counts, and a few more statements are allowed. A query for each row would
				// need ten times as many.
				least := math.MaxInt

				for try := 0; try < 20 && least > page.statements; try++ {
					least = min(least, statements.Of(func() {
						require.Empty(t, reader.do(page.query, map[string]any{"n": n}).Errors)
					}))
				}

				assert.LessOrEqual(t, least, page.statements+3, "%s, %d of them", name, n)
			}
		}
	})
}

func TestAClaimDoesNotReadTheProductOfItsLicenseAgain(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		statements := new(storetest.Statements)
		a.listen(storetest.Open(t, url, store.WithPlugin(statements)))
		signIn := a.as(tenant, "sign-in", auth.RoleSignInService)
		claim := func(selection string) int {
			// Background work of the server may send statements too, so the lowest number counts.
			least := math.MaxInt

			for range 5 {
				least = min(least, statements.Of(func() {
					answered := signIn.mutate("claimLicense", selection, map[string]any{"app": "TEAMS1", "user": "ann"})
					require.NotNil(t, answered.License)
				}))
			}

			return least
		}

		assert.Equal(t, claim(`{ license { id } }`), claim(`{ license { id product { name } } }`))
	})
}

// fill creates 50 claimable apps in each of five products, a policy for each app, and a claim under each policy.
func fill(t *testing.T, a *api, tenant *storetest.Tenant) {
	t.Helper()

	var changes store.CatalogChanges

	products := []licensing.Product{tenant.E5, tenant.E3, tenant.E1, tenant.F1, tenant.Basic}

	for i := range 50 {
		app := licensing.App{
			ID: licensing.NewID(tenant.Clock.Now()), VendorID: uuid.New(), Code: fmt.Sprint("APP", i), Name: fmt.Sprint("App ", i),
			Claimable: true,
		}
		changes.Apps = append(changes.Apps, app)

		for _, product := range products {
			changes.AddedProductApps = append(changes.AddedProductApps, licensing.ProductApp{ProductID: product.ID, AppID: app.ID})
		}
	}

	require.NoError(t, tenant.Store.ChangeCatalog(t.Context(),
		func(*licensing.Catalog) (store.CatalogChanges, error) { return changes, nil }))

	for _, product := range products {
		tenant.Buy(t, product, 100)
	}

	signIn := a.as(tenant, "sign-in", auth.RoleSignInService)

	for i, app := range changes.Apps {
		tenant.Policy(t, app.Name, app, products...)

		answered := signIn.mutate("claimLicense", `{ outcome }`, map[string]any{"app": app.Code, "user": fmt.Sprint("user-", i)})
		require.Equal(t, licensing.OutcomeClaimed, *answered.Outcome)
	}
}
