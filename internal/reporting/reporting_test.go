package reporting_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()
	os.Exit(status)
}

// each runs the test with one tenant, on both databases.
func each(t *testing.T, test func(t *testing.T, tenant *storetest.Tenant, claim func(user string), reports *reporting.Service)) {
	t.Helper()
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		claims := claiming.New(world.Store, world.Clock.Now, storetest.Logger())
		t.Cleanup(claims.Close)

		test(t, tenant, func(user string) {
			answer, err := claims.Claim(context.Background(), tenant.ID, user, "TEAMS1")
			require.NoError(t, err)
			require.Equal(t, licensing.OutcomeClaimed, answer.Outcome)
		}, reporting.New(world.Store, world.Clock.Now))
	})
}

func reportOf(
	t *testing.T, reports *reporting.Service, tenant *storetest.Tenant, period licensing.Period, policy *licensing.ID,
) reporting.Report {
	t.Helper()

	report, err := reports.ClaimReport(context.Background(), tenant.ID, period, policy)
	require.NoError(t, err)

	return report
}

func TestAReportHasTheClaimsOfItsPeriodAndItsTotalsAgree(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claim func(string), reports *reporting.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 1000)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		// A claim every 7 hours for 100 days, so that there are claims before and after each midnight and each period.
		const every = 7 * time.Hour

		var times []time.Time

		for i := 0; i*7 <= 100*24; i++ {
			claim(fmt.Sprintf("user-%d", i))

			times = append(times, licensing.Instant(tenant.Clock.Now()))
			tenant.Clock.Advance(every)
		}

		for _, period := range licensing.Periods() {
			since := period.Since(licensing.Instant(tenant.Clock.Now()), time.UTC)
			want, days := 0, make(map[time.Time]int)

			for _, at := range times {
				if !at.Before(since) {
					want++
					days[licensing.Day(at)]++
				}
			}

			report := reportOf(t, reports, tenant, period, &policy.ID)

			listed, err := report.Claims().Count(ctx)
			require.NoError(t, err)
			assert.Equal(t, want, listed, "%d days", period)

			totals, err := report.Totals(ctx)
			require.NoError(t, err)
			assert.Equal(t, want, totals.Claims, "%d days", period)
			assert.Equal(t, []reporting.Total[licensing.ID]{{Key: policy.ID, Claims: want}}, totals.ByPolicy)
			assert.Equal(t, []reporting.Total[licensing.ID]{{Key: tenant.E3.ID, Claims: want}}, totals.ByProduct)
			require.Len(t, totals.ByDay, len(days))

			for i, day := range totals.ByDay {
				assert.Equal(t, days[day.Key], day.Claims, day.Key)
				assert.Equal(t, []reporting.Total[licensing.ID]{{Key: tenant.E3.ID, Claims: day.Claims}}, day.ByProduct)
				assert.True(t, i == 0 || day.Key.Before(totals.ByDay[i-1].Key), "latest first")
			}
		}

		other := licensing.NewID(tenant.Clock.Now())
		none, err := reportOf(t, reports, tenant, licensing.Period90Days, &other).Totals(ctx)
		require.NoError(t, err)
		assert.Zero(t, none.Claims)
	})
}

func TestADownloadHoldsNoConnectionWhileItsClientReads(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		turns := admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: 1}, time.Now)
		world := storetest.NewWorld(t, storetest.Open(t, url, store.WithTurns(turns)))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 10)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		claims := claiming.New(world.Store, world.Clock.Now, storetest.Logger())
		_, err := claims.Claim(ctx, tenant.ID, "ann", "TEAMS1")
		require.NoError(t, err)
		claims.Close()

		reports := reporting.New(world.Store, world.Clock.Now)
		report := reportOf(t, reports, tenant, licensing.Period90Days, nil).Searched("ann")

		var out bytes.Buffer

		require.NoError(t, reports.WriteClaimsCSV(ctx, report, reporting.Format{}, &out, func() error {
			for name, pool := range world.Store.ConnectionPools() {
				// Announcements of changes use connections for a moment.
				assert.Eventually(t, func() bool { return pool.Stats().InUse == 0 }, time.Minute, time.Millisecond, name)
			}

			end, err := turns.Take(ctx, tenant.ID)
			require.NoError(t, err)
			end()

			return nil
		}))
		assert.Contains(t, out.String(), "ann")
	})
}

func TestAPeriodBeginsAtAMidnightAndAClaimAtThatMomentBelongsToIt(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claim func(string), reports *reporting.Service) {
		tenant.Buy(t, tenant.E3, 10)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		now := tenant.Clock.Now()
		midnight := licensing.Day(now).AddDate(0, 0, 1)
		tenant.Clock.Advance(midnight.Sub(now) - time.Microsecond)
		claim("late on the day before")
		tenant.Clock.Advance(time.Microsecond)
		claim("at midnight")

		const lastMoment = 48*time.Hour - time.Microsecond // Of the day after.

		tenant.Clock.Advance(lastMoment)
		requireClaims(t, reports, tenant, 1)
		tenant.Clock.Advance(time.Microsecond)
		requireClaims(t, reports, tenant, 0)
	})
}

func requireClaims(t *testing.T, reports *reporting.Service, tenant *storetest.Tenant, want int) {
	t.Helper()

	report := reportOf(t, reports, tenant, licensing.Period1Day, nil)
	page, err := report.Claims().Page(context.Background(), paging.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, page.Items, want)

	totals, err := report.Totals(context.Background())
	require.NoError(t, err)
	require.Equal(t, want, totals.Claims)
}
