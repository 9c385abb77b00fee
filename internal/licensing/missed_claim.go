package licensing

import "time"

// MissedClaim records that a user got no license under a policy because none was left.
type MissedClaim struct {
	ID       ID
	PolicyID ID
	UserID   ID
	FirstAt  time.Time
	LastAt   time.Time
	// Count is how often that happened to the user.
	Count int
}
