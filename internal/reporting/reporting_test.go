package reporting_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
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
			since := period.Since(licensing.Instant(tenant.Clock.Now()))
			want, days := 0, make(map[time.Time]int)

			for _, at := range times {
				if !at.Before(since) {
					want++
					days[licensing.Day(at)]++
				}
			}

			report := reports.ClaimReport(tenant.ID, period, &policy.ID)

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
		none, err := reports.ClaimReport(tenant.ID, licensing.Period90Days, &other).Totals(ctx)
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
		report := reports.ClaimReport(tenant.ID, licensing.Period90Days, nil).Searched("ann")

		var out bytes.Buffer

		require.NoError(t, reports.WriteCSV(ctx, report, &out, func() error {
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

	report := reports.ClaimReport(tenant.ID, licensing.Period1Day, nil)
	page, err := report.Claims().Page(context.Background(), paging.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, page.Items, want)

	totals, err := report.Totals(context.Background())
	require.NoError(t, err)
	require.Equal(t, want, totals.Claims)
}

func TestTheCSVHasClaimsOfDeletedPoliciesAndRemovedLicensesToo(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claim func(string), reports *reporting.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 2000)
		policy := tenant.Policy(t, "=cmd()", tenant.Teams, tenant.E3)

		// More than fit in one page of the database.
		const users = 520
		for i := range users {
			claim(fmt.Sprintf("user-%d", i))

			if i%3 == 0 {
				tenant.Clock.Advance(time.Second)
			}
		}

		formulas := []string{"=1+1", "+1+1", "-1+1", "@sum(1+1)", "＝1+1", "＋1+1", "－1+1", "＠sum(1+1)"}
		for _, user := range formulas {
			claim(user)
		}

		removed, err := tenant.Data().Licenses(store.LicenseFilter{}).Page(ctx, paging.Page{Limit: 1, Backward: true})
		require.NoError(t, err)
		_, err = tenant.Admin.RemoveLicense(ctx, tenant.Actor, removed.Items[0].Value.ID, false)
		require.NoError(t, err)
		_, err = tenant.Admin.DeletePolicy(ctx, tenant.Actor, storetest.Ref(policy))
		require.NoError(t, err)

		var (
			out     bytes.Buffer
			flushes int
		)

		report := reports.ClaimReport(tenant.ID, licensing.Period90Days, nil)
		require.NoError(t, reports.WriteCSV(ctx, report, &out, func() error { flushes++; return nil }))
		assert.Greater(t, flushes, 1, "it is streamed")

		text := out.String()

		rows, err := csv.NewReader(&out).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 1+users+len(formulas))

		seen, held := make(map[string]bool), 0

		for i, row := range rows[1:] {
			assert.False(t, seen[row[1]], "%s is there twice", row[1])
			seen[row[1]] = true
			assert.Equal(t, "'=cmd()", row[6], "no spreadsheet takes it for a formula")
			assert.Equal(t, "true", row[7], "the policy is deleted")
			assert.True(t, i == 0 || row[0] <= rows[i][0], "latest first")

			if row[11] == "true" {
				held++
			}
		}

		for _, user := range formulas {
			assert.True(t, seen["'"+user], user)
		}

		for line := range strings.Lines(text) {
			assert.Regexp(t, `^"[^"]*"(,"[^"]*"){11}\n$`, line, "every cell is in quotes")
		}

		assert.Equal(t, users+len(formulas)-1, held)
	})
}

func TestNoSeparatorMakesAFormulaOfAPartOfACell(t *testing.T) {
	hostile := []string{
		"a;=1+1", "a; =1+1", "a;\"=1+1", "a,+1", "a|@sum(1)", "a;;-1", "a;＝1+1", `";=1+1;"`, `a";"=1+1`, " =1+1", "\u00a0=1+1", "=a;=b|=c",
	}

	each(t, func(t *testing.T, tenant *storetest.Tenant, claim func(string), reports *reporting.Service) {
		tenant.Buy(t, tenant.E3, 100)
		tenant.Policy(t, "Teams; =cmd()", tenant.Teams, tenant.E3)

		var users []licensing.User
		for i, text := range hostile {
			users = append(users, licensing.User{ExternalID: fmt.Sprintf("user-%d;@x", i), DisplayName: text, Email: text})
		}

		// Names that were stored before names were checked.
		users = append(users, licensing.User{ExternalID: "old", DisplayName: "a\n=1+1\tb\r@x", Email: "\u200b=1+1"})
		require.NoError(t, tenant.Admin.ImportUsers(context.Background(), tenant.ID, users))

		for _, user := range users {
			claim(user.ExternalID)
		}

		var out bytes.Buffer

		report := reports.ClaimReport(tenant.ID, licensing.Period1Day, nil)
		require.NoError(t, reports.WriteCSV(context.Background(), report, &out, func() error { return nil }))

		text := out.String()
		require.Len(t, slices.Collect(strings.Lines(text)), 1+len(users), "no cell has a line break")

		for _, separator := range ",;\t|" {
			reader := csv.NewReader(strings.NewReader(text))
			reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = separator, true, -1
			rows, err := reader.ReadAll()
			require.NoError(t, err)

			// A spreadsheet may also split without regard to quotes.
			for line := range strings.Lines(text) {
				rows = append(rows, strings.Split(line, string(separator)))
			}

			for _, row := range rows {
				for _, cell := range row {
					trimmed := strings.TrimLeft(cell, "\" \u00a0\u200b")
					assert.NotRegexp(t, `^[=+\-@＝＋－＠]`, trimmed, "separated at %q: %q", separator, cell)
				}
			}
		}
	})
}
