package admin_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const (
	suspended = licensing.SubscriptionSuspended
	active    = licensing.SubscriptionActive
)

func TestALapsedSubscriptionIsRenewedWithFewerLicensesInOneStep(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		bought := tenant.Buy(t, tenant.E3, 10)
		change := func(quantity int, status licensing.SubscriptionStatus) error {
			_, err := tenant.Admin.UpdateSubscription(ctx, tenant.Actor, bought.ID,
				admin.SubscriptionUpdate{Quantity: &quantity, Status: &status})

			return err
		}

		for i := range 4 {
			user := fmt.Sprint("user-", i)
			require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: user}}))
			_, err := tenant.Admin.AssignLicense(ctx, tenant.Actor, admin.UserRef{ExternalID: &user}, tenant.E3.ID, nil)
			require.NoError(t, err)
		}

		requireCode(t, licensing.CodeQuantityBelowAssigned, change(3, active))
		require.NoError(t, change(10, suspended))
		requirePool(t, tenant, tenant.E3, licensing.Pool{Total: 0, Assigned: 4})
		require.NoError(t, change(3, active))
		requirePool(t, tenant, tenant.E3, licensing.Pool{Total: 3, Assigned: 4})
		requireCode(t, licensing.CodeQuantityBelowAssigned, change(2, active))
		require.NoError(t, change(4, active))
		requirePool(t, tenant, tenant.E3, licensing.Pool{Total: 4, Assigned: 4})
	})
}

func TestATenantCannotOwnMoreLicensesThanIntHolds(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		subscribe := func(quantity int, status licensing.SubscriptionStatus) (licensing.Subscription, error) {
			return tenant.Admin.CreateSubscription(ctx, tenant.Actor, tenant.E3.ID, quantity, status)
		}
		update := func(s licensing.Subscription, update admin.SubscriptionUpdate) error {
			_, err := tenant.Admin.UpdateSubscription(ctx, tenant.Actor, s.ID, update)

			return err
		}

		almost(t, tenant, 7_483_647)

		lapsed, err := subscribe(10_000_000, suspended)
		require.NoError(t, err, "it does not count")

		changes := len(events(t, tenant))
		_, err = subscribe(7_483_648, active)
		requireCode(t, licensing.CodeQuantityOutOfRange, err)

		renewed := active
		requireCode(t, licensing.CodeQuantityOutOfRange, update(lapsed, admin.SubscriptionUpdate{Status: &renewed}))
		assert.Len(t, events(t, tenant), changes, "refused changes change nothing")

		most := 7_483_647
		require.NoError(t, update(lapsed, admin.SubscriptionUpdate{Quantity: &most, Status: &renewed}))
		requirePool(t, tenant, tenant.E3, licensing.Pool{Total: licensing.MaxOwned})

		more := most + 1
		requireCode(t, licensing.CodeQuantityOutOfRange, update(lapsed, admin.SubscriptionUpdate{Quantity: &more}))

		_, err = tenant.Admin.CreateSubscription(ctx, tenant.Actor, tenant.E1.ID, 1, active)
		requireCode(t, licensing.CodeQuantityOutOfRange, err)

		other := tenant.NewTenant(t, "other")
		other.Buy(t, other.E3, 1)
	})
}

func TestConcurrentChangesOfDifferentProductsKeepTheBoundOfTheirTenant(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		other := storetest.NewAdmin(storetest.Open(t, url), tenant.Clock)

		almost(t, tenant, 17_483_647) // Enough for one more.

		lapsed, err := tenant.Admin.CreateSubscription(ctx, tenant.Actor, tenant.E5.ID, licensing.MaxQuantity, suspended)
		require.NoError(t, err)

		renewed := active
		changes := []func() error{
			func() error {
				_, err := other.CreateSubscription(ctx, tenant.Actor, tenant.E1.ID, licensing.MaxQuantity, active)

				return err
			},
			func() error {
				_, err := other.UpdateSubscription(ctx, tenant.Actor, lapsed.ID, admin.SubscriptionUpdate{Status: &renewed})

				return err
			},
		}
		results := make(chan error, len(changes))

		// The changes begin while another one, of another product, is not committed yet.
		require.NoError(t, tenant.Store.InTx(ctx, tenant.ID, func(tx *store.Tx) error {
			_, lockErr := tx.LockTenant(ctx)
			subscription, ruleErr := licensing.NewSubscription(
				tenant.Draw.ID, licensing.MaxQuantity, active, 0, licensing.Instant(tenant.Clock.Now()))
			writeErr := errors.Join(tx.CreatePool(ctx, tenant.Draw.ID), tx.InsertSubscription(ctx, subscription),
				tx.AddToPool(ctx, tenant.Draw.ID, subscription.Quantity, 0))

			for _, change := range changes {
				go func() { results <- change() }()
			}

			select {
			case err := <-results:
				return errors.Join(errors.New("a change did not wait"), err)
			case <-time.After(300 * time.Millisecond):
				return errors.Join(lockErr, ruleErr, writeErr)
			}
		}))

		for range changes {
			requireCode(t, licensing.CodeQuantityOutOfRange, <-results)
		}

		owned, err := tenant.Data().OwnedLicenses(ctx)
		require.NoError(t, err)
		assert.Equal(t, licensing.MaxOwned-7_483_647, owned)
	})
}

// almost gives a tenant so many licenses of E3 that it can own only left more. left ends in 7,483,647.
func almost(t *testing.T, tenant *storetest.Tenant, left int) {
	t.Helper()

	for owned := 0; owned < licensing.MaxOwned-left; owned += licensing.MaxQuantity {
		tenant.Buy(t, tenant.E3, licensing.MaxQuantity)
	}
}

func requirePool(t *testing.T, tenant *storetest.Tenant, product licensing.Product, want licensing.Pool) {
	t.Helper()

	pools, err := tenant.Data().Pools(context.Background())
	require.NoError(t, err)

	want.ProductID = product.ID
	require.Equal(t, want, pools[product.ID])
}

func requireCode(t *testing.T, want licensing.Code, err error) {
	t.Helper()

	refusal, ok := licensing.AsRefusal(err)
	require.True(t, ok, "%v is no refusal", err)
	require.Equal(t, want, refusal.Code)
	assert.NotEmpty(t, refusal.Path)
}
