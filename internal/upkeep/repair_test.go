package upkeep_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

func TestRepairCorrectsCountersFromTheirRowsAndChangesNothingElse(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		storetest.Fill(t, db)

		before := storetest.Contents(t, db)
		for _, damage := range []string{
			"UPDATE license_pools SET assigned = assigned + 7, total = total + 1",
			"UPDATE claim_days SET claims = claims + 2 WHERE claims = 2",
			// The sum is right, but on another day.
			"UPDATE claim_days SET day = '2026-03-12 00:00:00+00:00' WHERE claims = 1",
		} {
			require.NoError(t, execute(url, damage))
		}

		violations, err := upkeep.Check(t.Context(), db)
		require.NoError(t, err)
		assert.Len(t, violations, 4+4+1+4+2, "totals, assigned, a day's claims, and two days that were moved with their quarter-hours")

		corrections, err := upkeep.Repair(t.Context(), db, storetest.NewClock().Now())
		require.NoError(t, err)
		assert.Len(t, corrections, 4+4+1+4)
		assert.Equal(t, []int{9, 2}, func() []int {
			for _, r := range corrections {
				if r.Tenant == "acme" && r.Was == 9 {
					return []int{r.Was, r.Is}
				}
			}

			return nil
		}())

		tenants, err := db.Tenants(t.Context())
		require.NoError(t, err)

		action, events := "repairCounters", 0

		for _, tenant := range tenants {
			n, err := db.For(tenant.ID).AuditEvents(store.AuditFilter{Action: &action}).Count(t.Context())
			require.NoError(t, err)

			events += n
		}

		assert.Equal(t, 4+1+4, events, "for each pool and each day")
		require.NoError(t, execute(url, "DELETE FROM audit_events WHERE action = '"+action+"'"))
		assert.Equal(t, before, storetest.Contents(t, db))

		corrections, err = upkeep.Repair(t.Context(), db, time.Now())
		require.NoError(t, err)
		assert.Empty(t, corrections)
	})
}

func TestATenantThatOwnsMoreLicensesThanIsPossibleIsReportedAndLeftAsItIs(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		storetest.Fill(t, db)

		// An older version allowed it.
		require.NoError(t, execute(url, "UPDATE subscriptions SET quantity = 2147483647 WHERE quantity = 2"))
		require.NoError(t, execute(url, "UPDATE license_pools SET total = 2147483647 WHERE total = 2"))

		before := storetest.Contents(t, db)
		violations, err := upkeep.Check(t.Context(), db)
		require.NoError(t, err)

		if assert.Len(t, violations, 1, "acme has a license of another product too") {
			assert.Equal(t, "acme", violations[0].Tenant)
			assert.Contains(t, violations[0].Rule, "at most 2147483647 licenses")
		}

		corrections, err := upkeep.Repair(t.Context(), db, time.Now())
		require.NoError(t, err)
		assert.Empty(t, corrections)
		assert.Equal(t, before, storetest.Contents(t, db))
	})
}

func TestRepairWorksWhileUsersClaim(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1000)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		claims := storetest.NewClaims(t, world.Store, world.Clock)
		operator := storetest.Open(t, url)

		ctx, stop := context.WithCancel(context.Background())

		var (
			users   sync.WaitGroup
			claimed [8]int
		)

		for i := range claimed {
			users.Go(func() {
				for ; ctx.Err() == nil && claimed[i] < 100; claimed[i]++ {
					answer, err := claims.Claim(context.Background(), tenant.ID, fmt.Sprintf("user-%d-%d", i, claimed[i]), "TEAMS1")
					if assert.NoError(t, err) {
						assert.Equal(t, licensing.OutcomeClaimed, answer.Outcome)
					}
				}
			})
		}

		for n := range 10 {
			damage := fmt.Sprintf("UPDATE license_pools SET assigned = assigned + %d", n+1)
			if n%2 == 1 {
				damage = "UPDATE claim_days SET claims = claims + 1"
			}

			assert.NoError(t, execute(url, damage))

			_, err := upkeep.Repair(context.Background(), operator, time.Now())
			assert.NoError(t, err)
		}

		stop()
		users.Wait()

		violations, err := upkeep.Check(t.Context(), operator)
		require.NoError(t, err)
		assert.Empty(t, violations)

		total := 0
		for _, n := range claimed {
			total += n
		}

		pools, err := tenant.Data().Pools(t.Context())
		require.NoError(t, err)
		assert.Equal(t, total, pools[tenant.E3.ID].Assigned)
	})
}
