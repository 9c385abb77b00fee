package licensing

import (
	"sort"
	"time"
)

// QuarterHour is the unit in which claims are counted by time. Each zone in use is a multiple of it away from UTC, so days
// of all zones consist of whole quarter-hours of UTC.
const QuarterHour = 15 * time.Minute

// QuartersOfDay is how many quarter-hours a day in UTC has.
const QuartersOfDay = int(hoursOfDay * time.Hour / QuarterHour)

const hoursOfDay = 24

// Instant returns the time as it is stored: in UTC and truncated to microseconds, the precision of both databases.
func Instant(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// Day returns the midnight (UTC) at the start of the day of the given time in UTC.
func Day(at time.Time) time.Time { return at.UTC().Truncate(hoursOfDay * time.Hour) }

// Quarter returns the place of a time's quarter-hour in its day in UTC: 1 for the one that begins at midnight, and 96 for
// the last.
func Quarter(at time.Time) int { return int(at.Sub(Day(at))/QuarterHour) + 1 }

// QuarterStart returns the start of a quarter-hour of a day in UTC; see [Quarter].
func QuarterStart(day time.Time, quarter int) time.Time {
	return day.Add(time.Duration(quarter-1) * QuarterHour)
}

// DayIn returns the day of a time in a zone. A day is a date without a zone, and stands as the midnight in UTC of that
// date. The time counts as the start of its quarter-hour, so that one quarter-hour never has two days.
func DayIn(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.UTC().Truncate(QuarterHour).In(zone).Date()

	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// StartOfDay returns the time at which a day begins in a zone, in UTC. On most days that is midnight. Where clocks are put
// forward at midnight, it is the moment after. A day that a zone left out begins with the next one. A day may have 23
// hours, 25, or others. The day stands as [DayIn] returns it.
func StartOfDay(day time.Time, zone *time.Location) time.Time {
	// No zone is further away from UTC.
	const furthest = 18 * time.Hour

	earliest := day.Add(-furthest)
	quarters := sort.Search(int(2*furthest/QuarterHour), func(i int) bool {
		return !DayIn(earliest.Add(time.Duration(i)*QuarterHour), zone).Before(day)
	})

	return earliest.Add(time.Duration(quarters) * QuarterHour)
}

// Zone returns the tenant's time zone, and UTC if this machine does not know it.
func (t Tenant) Zone() *time.Location {
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		return time.UTC
	}

	return zone
}
