package licensing

import "time"

// Claim records that a user got a license under a policy.
type Claim struct {
	ID        ID
	UserID    ID
	PolicyID  ID
	AppID     ID
	ProductID ID
	LicenseID ID
	// Position is the product's place in the policy at the time: 0 is the primary, 1 the first backup.
	Position  int
	ClaimedAt time.Time
	// StillHeld says whether the license is still active. It is set when a claim is read, and not stored.
	StillHeld bool
}
