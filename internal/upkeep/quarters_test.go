package upkeep_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

func TestDaysOfClaimsThatAnOlderProgramCountedAreRight(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1000)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		claims := storetest.NewClaims(t, world.Store, world.Clock)
		for i := range 60 {
			_, err := claims.Claim(t.Context(), tenant.ID, fmt.Sprint("user-", i), "TEAMS1")
			require.NoError(t, err)
			world.Clock.Advance(160 * time.Minute)
		}

		zone, err := time.LoadLocation("Asia/Kathmandu")
		require.NoError(t, err)

		first := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
		totals := func() []store.ClaimTotal {
			found, err := tenant.Data().ClaimTotals(
				t.Context(), store.ReportFilter{Since: licensing.StartOfDay(first, zone), Zone: zone})
			require.NoError(t, err)

			return found
		}

		want := totals()
		require.Len(t, want, 6)
		assert.Equal(t, first, want[5].Day)
		assert.Equal(t, 9, want[5].Claims, "24 hours")

		// An older program leaves the quarter-hours as they are, or creates a row without them.
		for _, stored := range []string{
			"UPDATE claim_days SET quarters = '{}' WHERE day < '2026-03-13'",
			"UPDATE claim_days SET quarters = '{}' WHERE day > '2026-03-15'",
		} {
			require.NoError(t, execute(url, stored))
			assert.Equal(t, want, totals())
		}

		requireNoViolation(t, world.Store)

		// Later claims count on in such a row.
		_, err = claims.Claim(t.Context(), tenant.ID, "later", "TEAMS1")
		require.NoError(t, err)

		later := totals()
		assert.Equal(t, want[0].Claims+1, later[0].Claims)
		requireNoViolation(t, world.Store)

		corrections, err := upkeep.Repair(t.Context(), world.Store, world.Clock.Now())
		require.NoError(t, err)
		assert.Empty(t, corrections, "nothing was wrong")

		days, err := tenant.Data().ClaimDays(t.Context())
		require.NoError(t, err)

		for day, count := range days {
			assert.True(t, count.Complete(), "repair counts the quarter-hours of %s", day.Day)
		}

		assert.Equal(t, later, totals())
	})
}

func requireNoViolation(t *testing.T, db *store.Store) {
	t.Helper()

	violations, err := upkeep.Check(t.Context(), db)
	require.NoError(t, err)
	require.Empty(t, violations)
}

func TestAQuarterHourThatCountsTooMuchIsFoundAndRepaired(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		storetest.Fill(t, db)

		tenant, err := db.TenantByName(t.Context(), "other")
		require.NoError(t, err)

		before, err := db.For(tenant.ID).ClaimDays(t.Context())
		require.NoError(t, err)
		require.Len(t, before, 1)

		// The claim was at 15:30 in UTC, quarter-hour 63. Here it stands at 00:00.
		wrong := map[bool]string{true: `{"1": 1}`, false: "{1}"}[strings.HasPrefix(url, "sqlite:")]
		require.NoError(t, execute(url, "UPDATE claim_days SET quarters = '"+wrong+"' WHERE tenant_id = '"+tenant.ID.String()+"'"))

		violations, err := upkeep.Check(t.Context(), db)
		require.NoError(t, err)
		require.Len(t, violations, 1)
		assert.True(t, violations[0].Recountable)
		assert.Contains(t, violations[0].Object, "day 2026-03-11, quarter-hour 1, policy")

		corrections, err := upkeep.Repair(t.Context(), db, time.Now())
		require.NoError(t, err)
		assert.Len(t, corrections, 1)
		requireNoViolation(t, db)

		after, err := db.For(tenant.ID).ClaimDays(t.Context())
		require.NoError(t, err)
		assert.Equal(t, before, after)
	})
}
