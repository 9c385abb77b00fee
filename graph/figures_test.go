package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// policyFigures are what a policy can give.
type policyFigures struct {
	AvailableLicenses int
	Products          []struct {
		IncludesApp       bool
		AvailableLicenses int
		Pool              struct{ Total, Available int }
		AppToggles        []struct {
			App   struct{ Code string }
			State string
		}
	}
}

const selectFigures = `{ availableLicenses products {
	includesApp availableLicenses pool { total available } appToggles { app { code } state } } }`

func TestAPolicyCountsOnlyWhatItCanGive(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 5)
		tenant.Buy(t, tenant.E1, 3)
		tenant.Buy(t, tenant.F1, 7)

		policy := globalid.Encode(licensing.KindPolicy, tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1).ID)
		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
		figures := func() policyFigures {
			return get[policyFigures](admin, `query($id: ID!) { policy(id: $id) `+selectFigures+` }`, map[string]any{"id": policy})
		}

		before := figures()
		assert.Equal(t, 8, before.AvailableLicenses)
		assert.True(t, before.Products[0].IncludesApp)

		// An import takes the app out of two products.
		require.NoError(t, a.world.Store.ChangeCatalog(t.Context(), func(*licensing.Catalog) (store.CatalogChanges, error) {
			return store.CatalogChanges{RemovedProductApps: []licensing.ProductApp{
				{ProductID: tenant.E3.ID, AppID: tenant.Teams.ID}, {ProductID: tenant.F1.ID, AppID: tenant.Teams.ID},
			}}, nil
		}))

		after := figures()
		assert.Equal(t, 3, after.AvailableLicenses)
		assert.False(t, after.Products[0].IncludesApp)
		assert.Zero(t, after.Products[0].AvailableLicenses)
		assert.Equal(t, 5, after.Products[0].Pool.Available, "the licenses themselves are there")
		assert.True(t, after.Products[1].IncludesApp)
		assert.Equal(t, 3, after.Products[1].AvailableLicenses)

		for _, toggle := range after.Products[0].AppToggles {
			assert.NotEqual(t, "TEAMS1", toggle.App.Code)
		}

		for i := range 4 {
			outcome := licensing.OutcomeClaimed
			if i == 3 {
				outcome = licensing.OutcomeOutOfLicenses
			}

			assert.Equal(t, outcome, *admin.claim(fmt.Sprint("user-", i)).Outcome, "as many as the figure said")
		}

		assert.Zero(t, figures().AvailableLicenses)
		product := func(p licensing.Product) string { return globalid.Encode(licensing.KindProduct, p.ID) }
		added := admin.mutate("addBackupProduct", policySelection, map[string]any{"policyId": policy, "productId": product(tenant.F1)})
		assert.Equal(t, []licensing.Code{licensing.CodeProductLacksApp}, added.codes())

		listed := get[struct{ Nodes []struct{ Code string } }](admin, `query($app: ID!) {
			products(filter: {owned: true, includesAppId: $app}) { nodes { code } } }`,
			map[string]any{"app": globalid.Encode(licensing.KindApp, tenant.Teams.ID)})
		require.Len(t, listed.Nodes, 1)
		assert.Equal(t, "E1", listed.Nodes[0].Code)

		// The order can still be changed, and the product can be removed.
		assert.Empty(t, admin.mutate("movePolicyProduct", policySelection,
			map[string]any{"policyId": policy, "productId": product(tenant.E3), "direction": "DOWN"}).UserErrors)
		assert.Empty(t, admin.mutate("removePolicyProduct", policySelection,
			map[string]any{"policyId": policy, "productId": product(tenant.E3)}).UserErrors)
	})
}

func TestALapsedPoolHasNothingAvailableAnywhere(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		bought := globalid.Encode(licensing.KindSubscription, tenant.Buy(t, tenant.E3, 10).ID)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
		for i := range 4 {
			require.Equal(t, licensing.OutcomeClaimed, *admin.claim(fmt.Sprint("user-", i)).Outcome)
		}

		update := func(status string, quantity int) payload {
			return admin.mutate("updateSubscription", `{ subscription { quantity status } userErrors { code message path } }`,
				map[string]any{"subscriptionId": bought, "status": status, "quantity": quantity})
		}
		available := func() (figures []int) {
			policy := get[struct{ Nodes []policyFigures }](admin, `{ policies { nodes `+selectFigures+` } }`, nil).Nodes[0]

			return []int{policy.AvailableLicenses, policy.Products[0].AvailableLicenses, policy.Products[0].Pool.Available}
		}

		require.Empty(t, update("SUSPENDED", 10).UserErrors)
		assert.Equal(t, []int{0, 0, 0}, available())

		renewed := update("ACTIVE", 3)
		require.Empty(t, renewed.UserErrors, "the total rises from 0 to 3")
		assert.Equal(t, 3, renewed.Subscription.Quantity)
		assert.Equal(t, []int{0, 0, 0}, available())

		require.Empty(t, update("ACTIVE", 6).UserErrors)
		assert.Equal(t, []int{2, 2, 2}, available())
	})
}

func TestACountThatIntDoesNotHoldIsRefusedAtItsField(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	tenant := a.world.NewTenant(t, "acme")
	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
	product := globalid.Encode(licensing.KindProduct, tenant.E3.ID)
	made := 0

	for {
		bought := admin.mutate("createSubscription", `{ subscription { id } userErrors { code message path } }`,
			map[string]any{"productId": product, "quantity": licensing.MaxQuantity})
		if len(bought.UserErrors) > 0 {
			assert.Nil(t, bought.Subscription)
			assert.Equal(t, licensing.CodeQuantityOutOfRange, bought.UserErrors[0].Code)
			assert.Equal(t, []string{"quantity"}, bought.UserErrors[0].Path)
			assert.Contains(t, bought.UserErrors[0].Message, "At most 2147483647 are possible")

			break
		}

		made++
		require.Less(t, made, 300)
	}

	assert.Equal(t, 214, made)

	pool := get[struct{ Pool struct{ Total int } }](admin, `query($id: ID!) { product(id: $id) { pool { total } } }`, map[string]any{"id": product})
	assert.Equal(t, 2_140_000_000, pool.Pool.Total)
}

func TestACountOfAnOlderDatabaseThatIntDoesNotHoldIsTheLargestThatItHolds(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Buy(t, tenant.E1, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)

		for _, product := range []licensing.Product{tenant.E3, tenant.E1} {
			require.NoError(t, a.world.Store.InTx(t.Context(), tenant.ID, func(tx *store.Tx) error {
				return tx.AddToPool(t.Context(), product.ID, 3_000_000_000, 0)
			}))
		}

		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
		policy := get[struct{ Nodes []policyFigures }](admin, `{ policies { nodes `+selectFigures+` } }`, nil).Nodes[0]
		assert.Equal(t, 2_147_483_647, policy.AvailableLicenses)
		assert.Equal(t, 2_147_483_647, policy.Products[0].Pool.Total)
		assert.Equal(t, 2_147_483_647, policy.Products[1].AvailableLicenses)
		assert.Equal(t, licensing.OutcomeClaimed, *admin.claim("ann").Outcome)
	})
}
