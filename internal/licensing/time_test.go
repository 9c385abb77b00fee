package licensing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func date(t *testing.T, text string) time.Time {
	t.Helper()

	day, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)

	return day
}

func TestADayBeginsAtTheMidnightOfItsZoneAndHasItsHours(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		zone, day, begins string
		length            time.Duration
	}{
		{"UTC", "2026-03-10", "2026-03-10T00:00:00Z", 24 * time.Hour},
		{"Asia/Kolkata", "2026-03-10", "2026-03-09T18:30:00Z", 24 * time.Hour},
		{"Asia/Kathmandu", "2026-03-10", "2026-03-09T18:15:00Z", 24 * time.Hour},
		{"Pacific/Kiritimati", "2026-03-10", "2026-03-09T10:00:00Z", 24 * time.Hour},
		{"Etc/GMT+12", "2026-03-10", "2026-03-10T12:00:00Z", 24 * time.Hour},
		// Clocks are changed in the night.
		{"America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23 * time.Hour},
		{"America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25 * time.Hour},
		{"Pacific/Auckland", "2026-04-05", "2026-04-04T11:00:00Z", 25 * time.Hour},
		{"Pacific/Auckland", "2026-09-27", "2026-09-26T12:00:00Z", 23 * time.Hour},
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24*time.Hour + 30*time.Minute},
		// There is no midnight: after 23:59 comes 01:00.
		{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z", 23 * time.Hour},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23 * time.Hour},
		// Midnight is there twice, on the same day, or the second time on the day before.
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25 * time.Hour},
		{"Asia/Beirut", "2026-10-24", "2026-10-23T21:00:00Z", 25 * time.Hour},
		// Samoa left out a day.
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24 * time.Hour},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)

		day := date(t, c.day)
		begins := licensing.StartOfDay(day, zone)
		assert.Equal(t, c.begins, begins.Format(time.RFC3339), "%s in %s", c.day, c.zone)
		assert.Equal(t, c.length, licensing.StartOfDay(day.AddDate(0, 0, 1), zone).Sub(begins), "%s in %s", c.day, c.zone)

		if c.length > 0 {
			assert.Equal(t, day, licensing.DayIn(begins, zone), "%s in %s", c.day, c.zone)
			assert.Equal(t, day, licensing.DayIn(begins.Add(c.length-time.Microsecond), zone), "%s in %s", c.day, c.zone)
			assert.True(t, licensing.DayIn(begins.Add(-time.Microsecond), zone).Before(day), "%s in %s", c.day, c.zone)
		}
	}
}

func TestDaysOfAllZonesBeginAtWholeQuarterHours(t *testing.T) {
	t.Parallel()

	for _, name := range []string{
		"Africa/Cairo", "Africa/Casablanca", "America/Caracas", "America/Havana", "America/Nuuk", "America/St_Johns",
		"Asia/Beirut", "Asia/Gaza", "Asia/Kabul", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Asia/Yangon",
		"Atlantic/Azores", "Australia/Adelaide", "Australia/Eucla", "Australia/Lord_Howe", "Europe/Dublin", "Europe/London",
		"Pacific/Chatham", "Pacific/Marquesas", "Antarctica/Troll", "Pacific/Auckland", "America/Los_Angeles",
	} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)

		for day := date(t, "2025-12-01"); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
			begins := licensing.StartOfDay(day, zone)
			year, month, number := begins.In(zone).Date()
			require.Equal(t, day, time.Date(year, month, number, 0, 0, 0, 0, time.UTC), name)

			year, month, number = begins.Add(-time.Nanosecond).In(zone).Date()
			require.Equal(t, day.AddDate(0, 0, -1), time.Date(year, month, number, 0, 0, 0, 0, time.UTC), name)
		}
	}
}

func TestADayHas96QuarterHours(t *testing.T) {
	t.Parallel()

	day := date(t, "2026-03-10")
	for _, c := range []struct {
		at      time.Duration
		quarter int
	}{{0, 1}, {15*time.Minute - 1, 1}, {15 * time.Minute, 2}, {14*time.Hour + 20*time.Minute, 58}, {24*time.Hour - 1, 96}} {
		assert.Equal(t, c.quarter, licensing.Quarter(day.Add(c.at)))
		assert.Equal(t, day.Add(c.at).Truncate(licensing.QuarterHour), licensing.QuarterStart(day, c.quarter))
	}
}

func TestAPeriodBeginsWithADayOfTheZone(t *testing.T) {
	t.Parallel()

	auckland, err := time.LoadLocation("Pacific/Auckland")
	require.NoError(t, err)

	// Noon in UTC is 01:00 of the next day there.
	assert.Equal(t, date(t, "2026-03-04"), licensing.Period7Days.FirstDay(noon, auckland))
	assert.Equal(t, "2026-03-03T11:00:00Z", licensing.Period7Days.Since(noon, auckland).Format(time.RFC3339))
}

func TestAZoneThatTheMachineDoesNotKnowIsUTC(t *testing.T) {
	t.Parallel()

	assert.Equal(t, time.UTC, licensing.Tenant{TimeZone: "Mars/Olympus_Mons"}.Zone())
	assert.Equal(t, time.UTC, licensing.Tenant{TimeZone: "UTC"}.Zone())
	assert.Equal(t, "Asia/Tokyo", licensing.Tenant{TimeZone: "Asia/Tokyo"}.Zone().String())
}
