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
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// claimAtOnce makes all claims concurrently, and returns the answers in the order of the claims.
func claimAtOnce(t *testing.T, callers int, claim func(i int) (claiming.Answer, error)) []claiming.Answer {
	t.Helper()

	var (
		ready, done sync.WaitGroup
		start       = make(chan struct{})
		answers     = make([]claiming.Answer, callers)
		errs        = make([]error, callers)
	)

	for i := range callers {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start

			answers[i], errs[i] = claim(i)
		})
	}

	ready.Wait()
	close(start)
	done.Wait()

	for _, err := range errs {
		require.NoError(t, err)
	}

	return answers
}

func tally(answers []claiming.Answer) map[licensing.Outcome]int {
	counts := make(map[licensing.Outcome]int)
	for _, answer := range answers {
		counts[answer.Outcome]++
	}

	return counts
}

// twoServers starts two servers on one database. They share no memory, as if they were two processes.
func twoServers(t *testing.T, url string, clock *storetest.Clock) [2]*claiming.Service {
	t.Helper()

	return [2]*claiming.Service{
		newServer(t, storetest.Open(t, url), clock), newServer(t, storetest.Open(t, url), clock),
	}
}

func TestTwoHundredCallersGetAHundredLicensesFromTwoServers(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		servers := twoServers(t, url, world.Clock)

		tenant.Buy(t, tenant.E3, 60)
		tenant.Buy(t, tenant.E1, 40)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)

		answers := claimAtOnce(t, 200, func(i int) (claiming.Answer, error) {
			return servers[i%2].Claim(context.Background(), tenant.ID, fmt.Sprintf("user-%d", i), "TEAMS1")
		})

		assert.Equal(t, map[licensing.Outcome]int{
			licensing.OutcomeClaimed: 100, licensing.OutcomeOutOfLicenses: 100,
		}, tally(answers))

		holders := make(map[licensing.ID]bool)
		for _, answer := range answers {
			if answer.License != nil {
				assert.False(t, holders[answer.License.UserID], "a user got two")
				holders[answer.License.UserID] = true
			}
		}

		assert.Zero(t, pool(t, tenant, tenant.E3).Available())
		assert.Zero(t, pool(t, tenant, tenant.E1).Available())
		requireSound(t, tenant.Store)
	})
}

func TestConcurrentClaimsOfOneUserGiveOneLicense(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		servers := twoServers(t, url, world.Clock)

		tenant.Buy(t, tenant.E3, 10)
		tenant.Buy(t, tenant.E1, 10)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)

		answers := claimAtOnce(t, 40, func(i int) (claiming.Answer, error) {
			return servers[i%2].Claim(context.Background(), tenant.ID, "ann", "TEAMS1")
		})

		assert.Equal(t, map[licensing.Outcome]int{
			licensing.OutcomeClaimed: 1, licensing.OutcomeAlreadyLicensed: 39,
		}, tally(answers))

		for _, answer := range answers {
			assert.Equal(t, answers[0].License.ID, answer.License.ID, "all name the same license")
		}

		requireSound(t, tenant.Store)
	})
}

func TestClaimsForTwoAppsAtOnceGiveAUserOneLicenseThatIncludesBoth(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		servers := twoServers(t, url, world.Clock)

		// The claims have different policies, products and batches: only the lock of the user serializes them.
		tenant.Buy(t, tenant.E3, 50)
		tenant.Buy(t, tenant.E1, 50)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		tenant.Policy(t, "Mail", tenant.Mail, tenant.E1)

		answers := claimAtOnce(t, 60, func(i int) (claiming.Answer, error) {
			app := []string{"TEAMS1", "MAIL"}[i%2]

			return servers[i%2].Claim(context.Background(), tenant.ID, fmt.Sprintf("user-%d", i/2), app)
		})

		assert.Equal(t, map[licensing.Outcome]int{
			licensing.OutcomeClaimed: 30, licensing.OutcomeAlreadyLicensed: 30,
		}, tally(answers))
		requireSound(t, tenant.Store)
	})
}

func TestConcurrentAdminActionsAndClaimsBreakNoRule(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		servers := twoServers(t, url, world.Clock)

		subscription := tenant.Buy(t, tenant.E3, 30)
		tenant.Buy(t, tenant.E1, 30)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)

		var meddling sync.WaitGroup

		meddling.Go(func() {
			for i := range 20 {
				quantity := 31 + i
				_, err := tenant.Admin.UpdateSubscription(ctx, tenant.Actor, subscription.ID,
					admin.SubscriptionUpdate{Quantity: &quantity})
				assert.NoError(t, err)

				_, err = tenant.Admin.MovePolicyProduct(ctx, tenant.Actor, admin.PolicyRef{ID: policy.ID},
					tenant.E1.ID, []licensing.Direction{licensing.DirectionUp, licensing.DirectionDown}[i%2])
				assert.NoError(t, err)
			}
		})
		meddling.Go(func() {
			active := true

			for range 20 {
				held, err := tenant.Data().Licenses(store.LicenseFilter{Active: &active}).Page(ctx, paging.Page{Limit: 1})
				if assert.NoError(t, err) && len(held.Items) == 1 {
					_, err = tenant.Admin.RemoveLicense(ctx, tenant.Actor, held.Items[0].Value.ID, false)
					assert.NoError(t, err)
				}
			}
		})

		claimAtOnce(t, 120, func(i int) (claiming.Answer, error) {
			return servers[i%2].Claim(ctx, tenant.ID, fmt.Sprintf("user-%d", i%50), "TEAMS1")
		})
		meddling.Wait()
		requireSound(t, tenant.Store)
	})
}

func TestACanceledClaimDoesNotAffectOthersInItsBatch(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 50)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		var callers sync.WaitGroup

		for i := range 40 {
			callers.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				if i%2 == 0 {
					cancel()
				}

				defer cancel()

				answer, err := claims.Claim(ctx, tenant.ID, fmt.Sprintf("user-%d", i), "TEAMS1")
				if i%2 == 1 && assert.NoError(t, err) {
					assert.Equal(t, licensing.OutcomeClaimed, answer.Outcome)
				}
			})
		}

		callers.Wait()
		requireSound(t, tenant.Store)
	})
}
