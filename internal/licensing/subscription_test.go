package licensing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestOnlyActiveAndWarningSubscriptionsCount(t *testing.T) {
	t.Parallel()

	counted := make(map[licensing.SubscriptionStatus]int)
	for _, status := range licensing.SubscriptionStatuses() {
		counted[status] = licensing.Subscription{Quantity: 7, Status: status}.CountedQuantity()
	}

	assert.Equal(t, map[licensing.SubscriptionStatus]int{"ACTIVE": 7, "WARNING": 7, "SUSPENDED": 0, "CANCELED": 0}, counted)
}

func TestAQuantityIsOneToTenMillion(t *testing.T) {
	t.Parallel()

	for quantity, good := range map[int]bool{-1: false, 0: false, 1: true, 10_000_000: true, 10_000_001: false} {
		subscription, err := licensing.NewSubscription(e3.ID, quantity, licensing.SubscriptionActive, 0, noon)
		if good {
			require.NoError(t, err)

			continue
		}

		requireRefusal(t, err, licensing.CodeQuantityOutOfRange, "quantity")
		requireRefusal(t, subscription.Change(quantity, licensing.SubscriptionActive, licensing.Pool{}, 0),
			licensing.CodeQuantityOutOfRange, "quantity")
	}
}

func TestATenantOwnsAtMostWhatIntHolds(t *testing.T) {
	t.Parallel()

	const most = licensing.MaxOwned

	assert.Equal(t, 2_147_483_647, most)

	for name, test := range map[string]struct {
		quantity int
		status   licensing.SubscriptionStatus
		owned    int
		refused  bool
	}{
		"up to the bound":                     {5, "ACTIVE", most - 5, false},
		"one more":                            {6, "ACTIVE", most - 5, true},
		"one more in the grace period":        {6, "WARNING", most - 5, true},
		"one that does not count":             {6, "SUSPENDED", most - 5, false},
		"in a tenant that owns more already":  {1, "ACTIVE", most + 7, true},
		"nothing, in a tenant that owns more": {1, "CANCELED", most + 7, false},
	} {
		_, err := licensing.NewSubscription(e3.ID, test.quantity, test.status, test.owned, noon)
		if !test.refused {
			require.NoError(t, err, name)

			continue
		}

		requireRefusal(t, err, licensing.CodeQuantityOutOfRange, "quantity")
		assert.ErrorContains(t, err, "At most 2147483647 are possible", name)
	}
}

func TestAChangeThatAddsLicensesStaysWithinTheBoundOfTheTenant(t *testing.T) {
	t.Parallel()

	const most = licensing.MaxOwned

	for name, test := range map[string]struct {
		from, to   licensing.SubscriptionStatus
		quantity   int
		owned      int
		path, says string
	}{
		"a larger quantity up to the bound":       {from: "ACTIVE", to: "ACTIVE", quantity: 15, owned: most - 5},
		"a larger quantity beyond it":             {"ACTIVE", "ACTIVE", 16, most - 5, "quantity", "would own 2147483648 licenses"},
		"a renewal up to the bound":               {from: "SUSPENDED", to: "ACTIVE", quantity: 10, owned: most - 10},
		"a renewal beyond it":                     {"SUSPENDED", "ACTIVE", 10, most - 9, "status", "would own 2147483648 licenses"},
		"a renewal with fewer, still beyond it":   {"CANCELED", "WARNING", 9, most - 8, "status", "would own 2147483648 licenses"},
		"a renewal with fewer, within it":         {from: "CANCELED", to: "WARNING", quantity: 8, owned: most - 8},
		"a renewal with more, beyond it":          {"SUSPENDED", "ACTIVE", 11, most - 10, "quantity", "would own 2147483648 licenses"},
		"a larger quantity that does not count":   {from: "SUSPENDED", to: "SUSPENDED", quantity: 11, owned: most},
		"a smaller one of a tenant with too many": {from: "ACTIVE", to: "ACTIVE", quantity: 9, owned: most + 100},
		"a lapse in a tenant with too many":       {from: "ACTIVE", to: "CANCELED", quantity: 10, owned: most + 100},
	} {
		subscription := licensing.Subscription{ProductID: e3.ID, Quantity: 10, Status: test.from}
		before := subscription
		err := subscription.Change(test.quantity, test.to, licensing.Pool{Total: test.owned}, test.owned)

		if test.path == "" {
			require.NoError(t, err, name)

			continue
		}

		requireRefusal(t, err, licensing.CodeQuantityOutOfRange, test.path)
		require.ErrorContains(t, err, test.says, name)
		assert.Equal(t, before, subscription, name)
	}
}

// Each case is a change of a subscription of ten. rest is what other subscriptions of the product count, and assigned is
// how many licenses users hold.
func TestOnlyAChangeThatLowersTheTotalBelowWhatIsAssignedIsRefused(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		from, to       licensing.SubscriptionStatus
		quantity       int
		rest, assigned int
		removeFirst    string
	}{
		"fewer, but enough":                                  {from: "ACTIVE", to: "ACTIVE", quantity: 7, rest: 5, assigned: 12},
		"fewer than are assigned":                            {"ACTIVE", "ACTIVE", 4, 5, 12, "Remove 3 first"},
		"fewer in the grace period":                          {"WARNING", "WARNING", 3, 0, 4, "Remove 1 first"},
		"fewer as it begins the grace period":                {"ACTIVE", "WARNING", 3, 0, 4, "Remove 1 first"},
		"fewer as it leaves the grace period":                {"WARNING", "ACTIVE", 3, 0, 4, "Remove 1 first"},
		"fewer of a pool that has too many assigned already": {"ACTIVE", "ACTIVE", 9, 0, 12, "Remove 3 first"},
		"more, though not enough":                            {from: "ACTIVE", to: "ACTIVE", quantity: 11, assigned: 12},
		"a suspension":                                       {from: "ACTIVE", to: "SUSPENDED", quantity: 10, assigned: 4},
		"a suspension after the grace period":                {from: "WARNING", to: "SUSPENDED", quantity: 10, assigned: 4},
		"a suspension with fewer":                            {from: "ACTIVE", to: "SUSPENDED", quantity: 3, assigned: 4},
		"a cancellation with fewer":                          {from: "WARNING", to: "CANCELED", quantity: 1, assigned: 4},
		"fewer of a suspended one":                           {from: "SUSPENDED", to: "SUSPENDED", quantity: 3, assigned: 4},
		"more of a canceled one":                             {from: "CANCELED", to: "CANCELED", quantity: 30, assigned: 4},
		"a renewal as before":                                {from: "SUSPENDED", to: "ACTIVE", quantity: 10, assigned: 12},
		"a renewal with fewer than are assigned":             {from: "SUSPENDED", to: "ACTIVE", quantity: 3, assigned: 4},
		"a renewal with fewer in the grace period":           {from: "SUSPENDED", to: "WARNING", quantity: 3, assigned: 4},
		"a canceled one that comes back with fewer":          {from: "CANCELED", to: "ACTIVE", quantity: 3, rest: 2, assigned: 40},
		"a renewal with one":                                 {from: "CANCELED", to: "WARNING", quantity: 1, assigned: 4},
		"nothing":                                            {from: "ACTIVE", to: "ACTIVE", quantity: 10, assigned: 12},
	} {
		subscription := licensing.Subscription{ProductID: e3.ID, Quantity: 10, Status: test.from}
		before := subscription
		pool := licensing.Pool{
			ProductID: e3.ID, Total: test.rest + subscription.CountedQuantity(), Assigned: test.assigned,
		}
		err := subscription.Change(test.quantity, test.to, pool, pool.Total)

		if test.removeFirst == "" {
			require.NoError(t, err, name)
			assert.Equal(t, test.quantity, subscription.Quantity, name)
			assert.Equal(t, test.to, subscription.Status, name)

			continue
		}

		requireRefusal(t, err, licensing.CodeQuantityBelowAssigned, "quantity")
		require.ErrorContains(t, err, test.removeFirst, name)
		assert.Equal(t, before, subscription, name)
	}
}

func TestALapsedPoolHasNothingAvailable(t *testing.T) {
	t.Parallel()

	lapsed := licensing.Pool{Total: 0, Assigned: 8}
	assert.Zero(t, lapsed.Available())
	assert.False(t, lapsed.Owned())
}
