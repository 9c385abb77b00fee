package licensing

import "time"

// Instant returns the time as it is stored: in UTC and truncated to microseconds, the precision of both databases.
func Instant(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// Day returns the midnight (UTC) at the start of the day of the given time.
func Day(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
