package licensing

import "github.com/google/uuid"

// App is an app or service that products include. A vendor calls it a service plan.
type App struct {
	ID ID
	// VendorID is the vendor's service plan id.
	VendorID uuid.UUID
	// Code is the vendor's short name, such as TEAMS1. Vendors give one code to several apps at times.
	Code string
	Name string
	// Claimable apps are those that users sign in to; only for these may a policy exist.
	Claimable bool
}
