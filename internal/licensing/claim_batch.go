package licensing

import "time"

// ClaimantState is what decides a claim before any row is locked: the tenant's switch and versions, the user
// and the user's licenses, all of it as it was at one moment after the claim began.
type ClaimantState struct {
	AutoClaimEnabled bool
	// ConfigVersion and CatalogVersion say whether cached policies and a cached catalog are up to date.
	ConfigVersion  int64
	CatalogVersion int64
	// User is nil if the tenant does not know the user yet.
	User *User
	// Licenses are the user's active licenses, oldest first.
	Licenses []License
}

// ClaimFacts are what a batch of claims depends on. The rows of the users and of the pools are locked: no other
// transaction can change them, or the users' licenses, until the batch is committed.
type ClaimFacts struct {
	AutoClaimEnabled bool
	// ConfigVersion and CatalogVersion say whether cached policies and a cached catalog are up to date.
	ConfigVersion  int64
	CatalogVersion int64
	// Users are by external id. Those that the tenant did not know have been added.
	Users map[string]User
	// Licenses are the users' active licenses by user id, oldest first.
	Licenses map[ID][]License
	// Pools are by product. A product that the tenant never owned has none.
	Pools map[ID]Pool
}

// ClaimResults are what a batch of claims under one policy stores.
type ClaimResults struct {
	PolicyID ID
	AppID    ID
	At       time.Time
	// Licenses are new licenses, and Claims their claims, in the same order.
	Licenses []License
	Claims   []Claim
	// Missed are the users who were turned away: one element for each time.
	Missed []ID
}

// LicensesByProduct counts the new licenses of each product.
func (r ClaimResults) LicensesByProduct() map[ID]int {
	counts := make(map[ID]int)
	for _, license := range r.Licenses {
		counts[license.ProductID]++
	}

	return counts
}

// MissedByUser counts how often each user was turned away.
func (r ClaimResults) MissedByUser() map[ID]int {
	counts := make(map[ID]int)
	for _, user := range r.Missed {
		counts[user]++
	}

	return counts
}
