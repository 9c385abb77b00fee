package licensing

import "time"

// Instant returns the time as everything records it: in UTC, to the microsecond, which both databases keep.
func Instant(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// Day returns the midnight (UTC) at which the time's day begins.
func Day(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
