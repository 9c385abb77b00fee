package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestTheSupplyCountsWhatActivePoliciesHaveLeft(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		world := storetest.NewWorld(t, storetest.Open(t, url))
		acme, other, off := world.NewTenant(t, "acme"), world.NewTenant(t, "other"), world.NewTenant(t, "off")
		supply := func() store.Supply {
			counted, err := world.Store.Supply(ctx)
			require.NoError(t, err)

			return counted
		}
		assign := func(tenant *storetest.Tenant, user string) {
			require.NoError(t, world.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: user}}))
			_, err := world.Admin.AssignLicense(ctx, tenant.Actor, admin.UserRef{ExternalID: &user}, world.E3.ID, nil)
			require.NoError(t, err)
		}

		assert.Zero(t, supply())

		// Two policies share a pool, and one of them has a backup. A tenant whose auto-claim is off does not count.
		bought := acme.Buy(t, world.E3, 1)
		acme.Buy(t, world.E1, 1)
		acme.Buy(t, world.Draw, 1)
		teams := acme.Policy(t, "Teams", world.Teams, world.E3)
		acme.Policy(t, "Mail", world.Mail, world.E3, world.E1)
		other.Buy(t, world.E3, 1)
		other.Policy(t, "Teams", world.Teams, world.E3)
		off.Buy(t, world.E3, 1)
		off.Policy(t, "Teams", world.Teams, world.E3)

		_, err := world.Admin.SetAutoClaimEnabled(ctx, off.Actor, false)
		require.NoError(t, err)
		assert.Equal(t, store.Supply{Policies: 3, Pools: 3}, supply())

		assign(acme, "ann")
		assign(off, "ann")
		assert.Equal(t, store.Supply{Policies: 3, OutOfLicenses: 1, Pools: 3, Exhausted: 1}, supply(), "the backup has one left")

		_, err = world.Admin.SetPolicyEnabled(ctx, acme.Actor, storetest.Ref(teams), false)
		require.NoError(t, err)
		assert.Equal(t, store.Supply{Policies: 2, Pools: 3, Exhausted: 1}, supply())

		lapsed := licensing.SubscriptionSuspended
		_, err = world.Admin.UpdateSubscription(ctx, acme.Actor, bought.ID, admin.SubscriptionUpdate{Status: &lapsed})
		require.NoError(t, err)
		assert.Equal(t, store.Supply{Policies: 2, Pools: 3, Exhausted: 1, OverAssigned: 1}, supply())

		// A product that no longer includes the app of a policy gives it nothing.
		require.NoError(t, world.Store.ChangeCatalog(ctx, func(*licensing.Catalog) (store.CatalogChanges, error) {
			return store.CatalogChanges{RemovedProductApps: []licensing.ProductApp{{ProductID: world.E3.ID, AppID: world.Teams.ID}}}, nil
		}))
		assert.Equal(t, store.Supply{Policies: 2, OutOfLicenses: 1, Pools: 2, Exhausted: 1, OverAssigned: 1}, supply())
	})
}

func TestPoolsOfTenantsAreThoseOfTheNamedTenants(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		acme, other, third := world.NewTenant(t, "acme"), world.NewTenant(t, "other"), world.NewTenant(t, "third")

		acme.Buy(t, world.E3, 7)
		acme.Buy(t, world.E1, 5)
		other.Buy(t, world.E3, 3)
		third.Buy(t, world.E3, 2)

		named := func(limit int) []string {
			pools, err := world.Store.PoolsOfTenants(context.Background(), []string{"acme-external", "third-external", "nobody"}, limit)
			require.NoError(t, err)

			var names []string
			for _, pool := range pools {
				names = append(names, pool.TenantExternalID+" "+pool.ProductCode)
				assert.Equal(t, pool.Total, pool.Available())
			}

			return names
		}

		assert.Equal(t, []string{"acme-external E1", "acme-external E3", "third-external E3"}, named(10))
		assert.Equal(t, []string{"acme-external E1"}, named(1))
	})
}
