package licensing

import "github.com/google/uuid"

// App is an app or service that products include. A vendor calls it a service plan.
type App struct {
	ID ID
	// VendorID is the vendor's service plan id.
	VendorID uuid.UUID
	// Code is the vendor's short name, such as TEAMS1. It is not unique: vendors sometimes give one code to several apps.
	Code string
	Name string
	// Claimable says whether users sign in to the app. Only claimable apps can have a policy.
	Claimable bool
}
