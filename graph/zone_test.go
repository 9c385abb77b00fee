package graph_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// claimAroundMidnight has two users claim a license, and a third turned away: on 10 March at 15:30 and 16:10 in UTC, before
// and after midnight in Singapore.
func claimAroundMidnight(t *testing.T, a *api) *caller {
	t.Helper()

	tenant := a.world.NewTenant(t, "Acme (Asia)")
	tenant.Buy(t, tenant.E3, 2)
	tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

	admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
	admin.claim("0815")
	a.world.Clock.Advance(40 * time.Minute)
	admin.claim("bob")
	admin.claim("cleo")

	return admin
}

func (c *caller) setTimeZone(zone string) {
	c.t.Helper()

	changed := c.do(`mutation($z: String) { updateSettings(input: {timeZone: $z}) { userErrors { code } } }`, map[string]any{"z": zone})
	require.Empty(c.t, changed.Errors)
	require.JSONEq(c.t, `{"updateSettings": {"userErrors": []}}`, string(changed.Data))
}

func TestReportsUseTheDaysOfTheTenantsZone(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		admin := claimAroundMidnight(t, a)

		for zone, want := range map[string]string{
			"UTC": `"since": "2026-03-03T00:00:00Z", "timeZone": "UTC", "firstDay": "2026-03-03", "lastDay": "2026-03-10",
				"byDay": [{"day": "2026-03-10", "claims": 2}]`,
			"Pacific/Auckland": `"since": "2026-03-03T11:00:00Z", "timeZone": "Pacific/Auckland", "firstDay": "2026-03-04",
				"lastDay": "2026-03-11", "byDay": [{"day": "2026-03-11", "claims": 2}]`,
			"Asia/Singapore": `"since": "2026-03-03T16:00:00Z", "timeZone": "Asia/Singapore", "firstDay": "2026-03-04",
				"lastDay": "2026-03-11", "byDay": [{"day": "2026-03-11", "claims": 1}, {"day": "2026-03-10", "claims": 1}]`,
		} {
			admin.setTimeZone(zone)

			got := admin.do(`{ viewer { timeZone } claimReport(period: PAST_7_DAYS) { since timeZone firstDay lastDay
				byDay { day claims } csvPath missedClaimsCsvPath(text: "c") } }`, nil)
			require.Empty(t, got.Errors)
			assert.JSONEq(t, `{"viewer": {"timeZone": "`+zone+`"}, "claimReport": {`+want+`,
				"csvPath": "/reports/claims.csv?period=PAST_7_DAYS",
				"missedClaimsCsvPath": "/reports/missed-claims.csv?period=PAST_7_DAYS&text=c"}}`, string(got.Data))
		}
	})
}

func TestTheFilesOfAReportAreNamedAndWrittenForSpreadsheets(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		admin := claimAroundMidnight(t, a)
		admin.setTimeZone("Asia/Singapore")

		const parameters = "?period=PAST_7_DAYS&bom=1&spreadsheet=true&separator=semicolon"

		for path, want := range map[string][2]string{
			"/reports/claims.csv": {"claims", "\uFEFF\"claimed_at\";\"user_external_id\";\"user_name\";\"user_email\";" +
				"\"app_code\";\"app\";\"policy\";\"policy_deleted\";\"product_code\";\"product\";\"position\";\"still_held\";\"day\"\n" +
				"\"2026-03-10T16:10:00.123456Z\";\"bob\";\"\";\"\";\"TEAMS1\";\"App TEAMS1\";\"Teams\";\"false\";\"E3\";\"Product E3\";\"0\";\"true\";\"2026-03-11\"\n" +
				"\"2026-03-10T15:30:00.123456Z\";\"=\"\"0815\"\"\";\"\";\"\";\"TEAMS1\";\"App TEAMS1\";\"Teams\";\"false\";\"E3\";\"Product E3\";\"0\";\"true\";\"2026-03-10\"\n"},
			"/reports/missed-claims.csv": {"turned-away", "\uFEFF\"last_at\";\"user_external_id\";\"user_name\";\"user_email\";" +
				"\"app_code\";\"app\";\"policy\";\"policy_deleted\";\"reason\";\"first_at\";\"attempts\";\"day\"\n" +
				"\"2026-03-10T16:10:00.123456Z\";\"cleo\";\"\";\"\";\"TEAMS1\";\"App TEAMS1\";\"Teams\";\"false\";\"OUT_OF_LICENSES\";\"2026-03-10T16:10:00.123456Z\";\"1\";\"2026-03-11\"\n"},
		} {
			response, body, err := admin.download(http.MethodGet, path+parameters, "", "*/*")
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, response.StatusCode)
			assert.Equal(t, want[1], string(body))
			assert.Equal(t, `attachment; filename="autoclaim-`+want[0]+`-Acme-Asia-2026-03-04-to-2026-03-11.csv"`,
				response.Header.Get("Content-Disposition"))
		}
	})
}
