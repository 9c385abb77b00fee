package licensing

import "time"

// MissedClaim is a user whom a policy turned away because no license was left.
type MissedClaim struct {
	ID       ID
	PolicyID ID
	UserID   ID
	FirstAt  time.Time
	LastAt   time.Time
	// Count is how often the user was turned away.
	Count int
}
