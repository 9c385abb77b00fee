package licensing

import "time"

// Period is how far back a claim report looks, in days.
type Period int

// The periods of claim reports.
const (
	Period1Day   Period = 1
	Period7Days  Period = 7
	Period30Days Period = 30
	Period90Days Period = 90
)

// DefaultPeriod is the period of a report if the caller gives none.
const DefaultPeriod = Period90Days

// Periods returns all periods, shortest first.
func Periods() []Period { return []Period{Period1Day, Period7Days, Period30Days, Period90Days} }

// FirstDay returns the first day of the period that ends at the given time: p days before the day of that time in the
// zone. So a report covers p whole days, and the current day until now. For days, see [DayIn].
func (p Period) FirstDay(until time.Time, zone *time.Location) time.Time {
	return DayIn(until, zone).AddDate(0, 0, -int(p))
}

// Since returns the start of the first day in the zone, in UTC; see [StartOfDay].
func (p Period) Since(until time.Time, zone *time.Location) time.Time {
	return StartOfDay(p.FirstDay(until, zone), zone)
}
