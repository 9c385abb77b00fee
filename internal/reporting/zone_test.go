package reporting_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestListsAndTotalsUseTheDaysOfTheTenantsZoneAlsoAfterItChanges(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claim func(string), reports *reporting.Service) {
		tenant.Buy(t, tenant.E3, 1000)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		// Within these days, clocks change in most of the zones, in some of them at midnight.
		begin := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
		tenant.Clock.Advance(begin.Sub(tenant.Clock.Now()))

		var times []time.Time

		for i := range 620 {
			claim(fmt.Sprintf("user-%d", i))

			times = append(times, licensing.Instant(tenant.Clock.Now()))
			tenant.Clock.Advance(215 * time.Minute)
		}

		for _, name := range []string{
			"Pacific/Auckland", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana",
			"Africa/Cairo", "Asia/Beirut", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/London", "UTC",
		} {
			zone, err := time.LoadLocation(name)
			require.NoError(t, err)

			_, err = tenant.Admin.UpdateSettings(
				context.Background(), tenant.Actor, licensing.SettingsUpdate{TimeZone: &name})
			require.NoError(t, err)

			for _, period := range licensing.Periods() {
				compareDays(t, reportOf(t, reports, tenant, period, &policy.ID), times, zone)
			}
		}
	})
}

// compareDays compares a report with the times of all claims.
func compareDays(t *testing.T, report reporting.Report, times []time.Time, zone *time.Location) {
	t.Helper()

	what := fmt.Sprintf("%d days in %s", report.Period, zone)
	year, month, day := report.Until.In(zone).Date()
	first := time.Date(year, month, day-int(report.Period), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	want, all := make(map[string]int), 0

	for _, at := range times {
		if day := at.In(zone).Format(time.DateOnly); day >= first {
			want[day]++
			all++
		}
	}

	assert.Equal(t, first, report.FirstDay.Format(time.DateOnly), what)
	assert.Equal(t, report.Until.In(zone).Format(time.DateOnly), report.LastDay.Format(time.DateOnly), what)
	assert.Equal(t, zone, report.Zone)

	totals, err := report.Totals(context.Background())
	require.NoError(t, err)
	assert.Equal(t, all, totals.Claims, what)

	got := make(map[string]int)
	for i, total := range totals.ByDay {
		got[total.Key.Format(time.DateOnly)] = total.Claims
		assert.True(t, i == 0 || total.Key.Before(totals.ByDay[i-1].Key), "latest first")
	}

	assert.Equal(t, want, got, what)

	listed, err := report.Claims().Count(context.Background())
	require.NoError(t, err)
	assert.Equal(t, all, listed, what)
}

func TestAMissedClaimBelongsToAPeriodByTheTenantsZone(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, _ func(string), reports *reporting.Service) {
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		claims := storetest.NewClaims(t, tenant.Store, tenant.Clock)
		for _, user := range []string{"ann", "bob"} { // At 15:30 in UTC.
			_, err := claims.Claim(t.Context(), tenant.ID, user, "TEAMS1")
			require.NoError(t, err)
		}

		// It is the next day everywhere.
		tenant.Clock.Advance(20 * time.Hour)

		for zone, want := range map[string]int{"Pacific/Auckland": 1, "UTC": 1, "America/New_York": 1} {
			assert.Len(t, missedIn(t, reports, tenant, zone), want, zone)
		}

		// The day after the claim's day is over, except in the zone that is furthest behind.
		tenant.Clock.Advance(24 * time.Hour)

		for zone, want := range map[string]int{"Pacific/Auckland": 0, "UTC": 0, "Etc/GMT+12": 1} {
			assert.Len(t, missedIn(t, reports, tenant, zone), want, zone)
		}
	})
}

func missedIn(
	t *testing.T, reports *reporting.Service, tenant *storetest.Tenant, zone string,
) []paging.Item[licensing.MissedClaim] {
	t.Helper()

	_, err := tenant.Admin.UpdateSettings(t.Context(), tenant.Actor, licensing.SettingsUpdate{TimeZone: &zone})
	require.NoError(t, err)

	page, err := reportOf(t, reports, tenant, licensing.Period1Day, nil).MissedClaims().Page(t.Context(), paging.Page{Limit: 10})
	require.NoError(t, err)

	return page.Items
}
