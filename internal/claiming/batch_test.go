package claiming_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func outcomes(decisions []licensing.Decision) []licensing.Outcome {
	all := make([]licensing.Outcome, len(decisions))
	for i, decision := range decisions {
		all[i] = decision.Outcome
	}

	return all
}

func assign(t *testing.T, tenant *storetest.Tenant, user string, product licensing.Product, off ...licensing.ID) {
	t.Helper()

	_, err := tenant.Admin.AssignLicense(
		context.Background(), tenant.Actor, admin.UserRef{ExternalID: &user}, product.ID, off)
	require.NoError(t, err)
}

func TestABatchAnswersEachOfItsClaims(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E5, 1)
		tenant.Buy(t, tenant.E3, 2)
		tenant.Buy(t, tenant.E1, 1)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)

		require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{
			{ExternalID: "holder"}, {ExternalID: "blocked"}, {ExternalID: "app-off"},
		}))
		assign(t, tenant, "holder", tenant.E5)
		assign(t, tenant, "app-off", tenant.E3, tenant.Teams.ID)

		blocked := "blocked"
		_, err := tenant.Admin.SetBlocked(ctx, tenant.Actor, admin.UserRef{ExternalID: &blocked}, true)
		require.NoError(t, err)

		// One license of E3 is left, and one of E1: the pools run out in the middle.
		decisions, err := claims.ClaimTogether(ctx, tenant.ID, policy,
			"holder", "first", "blocked", "second", "first", "late", "app-off", "late", "second")
		require.NoError(t, err)
		require.Equal(t, []licensing.Outcome{
			licensing.OutcomeAlreadyLicensed, licensing.OutcomeClaimed, licensing.OutcomeBlocked,
			licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed, licensing.OutcomeOutOfLicenses,
			licensing.OutcomeAppTurnedOff, licensing.OutcomeOutOfLicenses, licensing.OutcomeAlreadyLicensed,
		}, outcomes(decisions))

		assert.Equal(t, tenant.E3.ID, decisions[1].License.ProductID)
		assert.Equal(t, tenant.E1.ID, decisions[3].License.ProductID)
		assert.Equal(t, decisions[1].License.ID, decisions[4].License.ID, "a second claim returns the same license")
		assert.Equal(t, decisions[3].License.ID, decisions[8].License.ID)

		made, err := tenant.Data().Claims(store.ReportFilter{}).Page(ctx, everything)
		require.NoError(t, err)
		assert.Len(t, made.Items, 2)

		missed, err := tenant.Data().MissedClaims(store.ReportFilter{}).Page(ctx, everything)
		require.NoError(t, err)
		require.Len(t, missed.Items, 1)
		assert.Equal(t, 2, missed.Items[0].Value.Count, "each time counts")

		requireSound(t, tenant.Store)
	})
}

func TestABatchUnderAPolicyThatWasTurnedOffMeanwhileGivesNothing(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 9)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		before, err := claims.ClaimTogether(ctx, tenant.ID, policy, "ann", "bob")
		require.NoError(t, err)
		require.Equal(t, []licensing.Outcome{licensing.OutcomeClaimed, licensing.OutcomeClaimed}, outcomes(before))

		// The server has the policy in its cache when another server changes it.
		_, err = tenant.Admin.SetPolicyEnabled(ctx, tenant.Actor, storetest.Ref(policy), false)
		require.NoError(t, err)

		after, err := claims.ClaimTogether(ctx, tenant.ID, policy, "cid", "ann")
		require.NoError(t, err)
		assert.Equal(t, []licensing.Outcome{licensing.OutcomePolicyOff, licensing.OutcomeAlreadyLicensed}, outcomes(after))
		assert.Equal(t, 2, pool(t, tenant, tenant.E3).Assigned)

		_, err = tenant.Admin.DeletePolicy(ctx, tenant.Actor, storetest.Ref(policy))
		require.NoError(t, err)

		deleted, err := claims.ClaimTogether(ctx, tenant.ID, policy, "cid")
		require.NoError(t, err)
		assert.Equal(t, []licensing.Outcome{licensing.OutcomeNoPolicy}, outcomes(deleted))
		requireSound(t, tenant.Store)
	})
}

func TestBatchesOfTwoProcessesForTheSameUsersGiveEachOneLicense(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		servers := twoServers(t, url, world.Clock)

		tenant.Buy(t, tenant.E3, 20)
		tenant.Buy(t, tenant.E1, 10)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)

		users := make([]string, 40)
		for i := range users {
			users[i] = fmt.Sprintf("user-%d", i)
		}

		var (
			running   sync.WaitGroup
			decisions [2][]licensing.Decision
			errs      [2]error
		)

		for i, server := range servers {
			running.Go(func() {
				decisions[i], errs[i] = server.ClaimTogether(context.Background(), tenant.ID, policy, users...)
			})
		}

		running.Wait()
		require.NoError(t, errs[0])
		require.NoError(t, errs[1])

		claimed := 0

		for i, user := range users {
			a, b := decisions[0][i], decisions[1][i]

			switch {
			case a.License == nil || b.License == nil:
				assert.Equal(t, licensing.OutcomeOutOfLicenses, a.Outcome, user)
				assert.Equal(t, licensing.OutcomeOutOfLicenses, b.Outcome, user)
			default:
				claimed++

				assert.Equal(t, a.License.ID, b.License.ID, user)
				assert.NotEqual(t, a.Outcome, b.Outcome, "one batch gave the license, the other found it: %s", user)
			}
		}

		assert.Equal(t, 30, claimed)
		assert.Zero(t, pool(t, tenant, tenant.E1).Available())
		requireSound(t, tenant.Store)
	})
}
