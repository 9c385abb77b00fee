package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestASavedPolicyIsReadBackWhateverChangedInItsProducts(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := t.Context()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		products := []licensing.Product{tenant.E5, tenant.E3, tenant.E1, tenant.F1, tenant.Basic}

		for _, product := range products {
			tenant.Buy(t, product, 1)
		}

		policy := tenant.Policy(t, "Teams", tenant.Teams, products[0])
		bystander := tenant.Policy(t, "Mail", tenant.Mail, products[:3]...)

		on := func(product int) licensing.PolicyProduct {
			return licensing.PolicyProduct{ProductID: products[product].ID, AppsOff: []licensing.ID{}}
		}
		off := func(product int) licensing.PolicyProduct {
			return licensing.PolicyProduct{ProductID: products[product].ID, AppsOff: []licensing.ID{tenant.Mail.ID}}
		}

		for i, list := range [][]licensing.PolicyProduct{
			{on(0), on(1)},                      // One more.
			{on(1), on(0)},                      // Swapped.
			{on(1), off(0)},                     // A toggle.
			{off(0), on(1)},                     // Swapped, with the toggle.
			{on(2), off(0), on(1)},              // One more, in front.
			{on(3), on(4), on(0), off(1)},       // Others, and other toggles.
			{on(4)},                             // All but one gone, and this one moved.
			{on(4)},                             // Nothing.
			{on(0), on(1), on(2), on(3), on(4)}, // As many as may be.
			{on(4), on(3), on(2), on(1), on(0)}, // All of them moved but one.
		} {
			name := fmt.Sprint("list ", i)
			before := policy.Clone()
			policy.Products = list
			policy.Version++

			require.NoError(t, tenant.Store.InTx(ctx, tenant.ID, func(tx *store.Tx) error {
				return tx.SavePolicy(ctx, before, policy)
			}), name)

			saved, err := tenant.Data().Policy(ctx, policy.ID)
			require.NoError(t, err)
			assert.Equal(t, policy, saved, name)
		}

		kept, err := tenant.Data().Policy(ctx, bystander.ID)
		require.NoError(t, err)
		assert.Equal(t, bystander, kept, "another policy's products stay as they are")
	})
}
