package reporting_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

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

		report := reportOf(t, reports, tenant, licensing.Period90Days, nil)
		require.NoError(t, reports.WriteClaimsCSV(ctx, report, reporting.Format{}, &out, func() error { flushes++; return nil }))
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
			assert.Regexp(t, `^"[^"]*"(,"[^"]*"){12}\n$`, line, "every cell is in quotes")
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

		report := reportOf(t, reports, tenant, licensing.Period1Day, nil)
		require.NoError(t, reports.WriteClaimsCSV(context.Background(), report, reporting.Format{}, &out, func() error { return nil }))

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

// written returns a CSV of the report of the past 90 days.
func written(
	t *testing.T, reports *reporting.Service, tenant *storetest.Tenant, format reporting.Format,
	write func(context.Context, reporting.Report, reporting.Format, io.Writer, func() error) error,
) string {
	t.Helper()

	var out strings.Builder

	report := reportOf(t, reports, tenant, licensing.Period90Days, nil)
	require.NoError(t, write(context.Background(), report, format, &out, func() error { return nil }))

	return out.String()
}

func TestACSVForASpreadsheetHasAByteOrderMarkAndKeepsTextThatLooksLikeANumber(t *testing.T) {
	changed := []string{
		"00123", "007", "12345678901234567890", "1E5", "12e10", "1.10", "1,5", "1/2", "3-4", "2026-03-10", "10:30", "5%", "(5)", "$5",
		"+4912345", "-5", "MAR1", "1-Sep", "Okt 3", "TRUE", "wahr", "１２３", strings.Repeat("9", 70),
	}
	kept := []string{"ann", "ann@example.com", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "user7", "E3", "7 dwarfs", "Mary", "1E5x"}
	formulas := []string{"=1+1", "@x", "+cmd|x", "1,=2", "1,-2+3"}

	each(t, func(t *testing.T, tenant *storetest.Tenant, claim func(string), reports *reporting.Service) {
		tenant.Buy(t, tenant.E3, 100)
		tenant.Policy(t, "0815", tenant.Teams, tenant.E3)

		for _, user := range slices.Concat(changed, kept, formulas) {
			claim(user)
		}

		plain := written(t, reports, tenant, reporting.Format{}, reports.WriteClaimsCSV)
		assert.True(t, strings.HasPrefix(plain, `"claimed_at","user_external_id",`))
		assert.Contains(t, plain, `"00123"`)
		assert.NotContains(t, plain, `"=`)

		marked := written(t, reports, tenant, reporting.Format{BOM: true, Separator: reporting.Semicolon}, reports.WriteClaimsCSV)
		assert.Equal(t, "\uFEFF"+strings.ReplaceAll(plain, `","`, `";"`), marked)
		assert.Contains(t, written(t, reports, tenant, reporting.Format{Separator: reporting.Tab}, reports.WriteClaimsCSV), "\"\t\"ann\"\t\"")

		text := written(t, reports, tenant, reporting.Format{Spreadsheet: true}, reports.WriteClaimsCSV)
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)

		cells := make(map[string]bool)
		for _, row := range rows[1:] {
			cells[row[1]] = true

			assert.Equal(t, `="0815"`, row[6])
			assert.Equal(t, "0", row[10], "numbers of the program stay numbers")
		}

		for _, id := range changed {
			assert.True(t, cells[`="`+id+`"`], id)
		}

		for _, id := range kept {
			assert.True(t, cells[id], id)
		}

		for _, id := range formulas {
			assert.False(t, cells[`="`+id+`"`] || cells[id], id)
		}
	})
}

func TestUsersWhoWereTurnedAwayHaveACSVOfTheirOwn(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		require.NoError(t, tenant.Admin.ImportUsers(t.Context(), tenant.ID, []licensing.User{
			{ExternalID: "bob", DisplayName: "Bob", Email: "bob@example.com"},
		}))

		zone := "Pacific/Auckland"
		_, err := tenant.Admin.UpdateSettings(t.Context(), tenant.Actor, licensing.SettingsUpdate{TimeZone: &zone})
		require.NoError(t, err)

		claims := storetest.NewClaims(t, world.Store, world.Clock)
		first := world.Clock.Now()

		for _, user := range []string{"ann", "cleo", "bob", "bob"} {
			world.Clock.Advance(time.Minute)

			_, err := claims.Claim(t.Context(), tenant.ID, user, "TEAMS1")
			require.NoError(t, err)
		}

		for i := range 210 { // More than one page.
			_, err := claims.Claim(t.Context(), tenant.ID, fmt.Sprint("more-", i), "TEAMS1")
			require.NoError(t, err)
		}

		reports := reporting.New(world.Store, world.Clock.Now)
		text := written(t, reports, tenant, reporting.Format{}, reports.WriteMissedClaimsCSV)
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 1+2+210)
		assert.Equal(t, []string{
			"last_at", "user_external_id", "user_name", "user_email", "app_code", "app", "policy", "policy_deleted",
			"reason", "first_at", "attempts", "day",
		}, rows[0])

		at := func(minutes int) string {
			return licensing.Instant(first).Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339Nano)
		}
		app := []string{tenant.Teams.Code, tenant.Teams.Name}
		assert.Equal(t, slices.Concat([]string{at(2), "cleo", "", ""}, app,
			[]string{"Teams", "false", "OUT_OF_LICENSES", at(2), "1", "2026-03-11"}), rows[212])
		assert.Contains(t, rows, slices.Concat([]string{at(4), "bob", "Bob", "bob@example.com"}, app,
			[]string{"Teams", "false", "OUT_OF_LICENSES", at(3), "2", "2026-03-11"}))

		var found strings.Builder

		report := reportOf(t, reports, tenant, licensing.Period1Day, nil).Searched("EXAMPLE.com")
		require.NoError(t, reports.WriteMissedClaimsCSV(t.Context(), report, reporting.Format{}, &found, func() error { return nil }))
		assert.Equal(t, 2, strings.Count(found.String(), "\n"), "only users who match the text")
	})
}

func TestTheFileOfAReportIsNamedForItsTenantAndItsDays(t *testing.T) {
	report := reporting.Report{
		FirstDay: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), LastDay: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
	}

	for name, want := range map[string]string{
		"acme":                  `attachment; filename="autoclaim-claims-acme-2026-09-01-to-2026-11-25.csv"`,
		"Acme & Sons, \"Ltd.\"": `attachment; filename="autoclaim-claims-Acme-Sons-Ltd-2026-09-01-to-2026-11-25.csv"`,
		"../../etc/passwd":      `attachment; filename="autoclaim-claims-etc-passwd-2026-09-01-to-2026-11-25.csv"`,
		"Müller":                `attachment; filename="autoclaim-claims-Muller-2026-09-01-to-2026-11-25.csv"; filename*=UTF-8''autoclaim-claims-M%C3%BCller-2026-09-01-to-2026-11-25.csv`,
		"Ωμέγα":                 `attachment; filename="autoclaim-claims-2026-09-01-to-2026-11-25.csv"; filename*=UTF-8''autoclaim-claims-%CE%A9%CE%BC%CE%AD%CE%B3%CE%B1-2026-09-01-to-2026-11-25.csv`,
		strings.Repeat("x", 99): `attachment; filename="autoclaim-claims-` + strings.Repeat("x", 60) + `-2026-09-01-to-2026-11-25.csv"`,
	} {
		report.Tenant.Name = name
		assert.Equal(t, want, report.Attachment("claims"))
	}
}
