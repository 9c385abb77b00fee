package licensing

import (
	"slices"
	"time"
)

// Source is the way in which the user got a license.
type Source string

// The sources of licenses.
const (
	// SourceDirect licenses were assigned by an admin.
	SourceDirect Source = "DIRECT"
	// SourceAutoClaim licenses were claimed under a policy.
	SourceAutoClaim Source = "AUTO_CLAIM"
)

// License is one user's license of one product.
type License struct {
	ID        ID     `json:"id"`
	UserID    ID     `json:"userId"`
	ProductID ID     `json:"productId"`
	Source    Source `json:"source"`
	// PolicyID is the policy of an AUTO_CLAIM license, and nil for a DIRECT one.
	PolicyID *ID `json:"policyId,omitempty"`
	// AppsOff are the apps of the product that this license does not give, in order of their ids.
	AppsOff    []ID      `json:"appsOff"`
	AssignedAt time.Time `json:"assignedAt"`
	// RemovedAt is nil as long as the license is active.
	RemovedAt *time.Time `json:"removedAt,omitempty"`
}

// Active says whether the user still has the license.
func (l License) Active() bool { return l.RemovedAt == nil }

// TurnsOff says whether the app is turned off in the license.
func (l License) TurnsOff(appID ID) bool { return slices.Contains(l.AppsOff, appID) }

// LetsIn says whether an active license lets its user in to the app.
func (l License) LetsIn(catalog *Catalog, appID ID) bool {
	return l.Active() && catalog.Includes(l.ProductID, appID) && !l.TurnsOff(appID)
}

// AssignDirect makes a license that an admin assigns by hand. held are the user's active licenses.
func AssignDirect(
	catalog *Catalog, user User, held []License, pool Pool, appsOff []ID, at time.Time,
) (License, error) {
	switch {
	case !pool.Owned():
		return License{}, notOwned("productId")
	case slices.ContainsFunc(held, func(l License) bool { return l.Active() && l.ProductID == pool.ProductID }):
		return License{}, Refuse(CodeAlreadyLicensed, "productId",
			"The user already holds a license of this product. To change its apps, remove it and assign it again.")
	case pool.Available() == 0:
		return License{}, Refuse(CodeOutOfLicenses, "productId",
			"All %d licenses of this product are assigned. Remove one, or increase the quantity of a subscription.", pool.Total)
	}

	appsOff, err := appsOffIn(catalog, pool.ProductID, appsOff, "appsOff")
	if err != nil {
		return License{}, err
	}

	return License{
		ID: NewID(at), UserID: user.ID, ProductID: pool.ProductID, Source: SourceDirect,
		AppsOff: appsOff, AssignedAt: at,
	}, nil
}

// Remove ends an active license.
func (l *License) Remove(at time.Time) error {
	if !l.Active() {
		return Refuse(CodeAlreadyRemoved, "licenseId",
			"This license was already removed. Reload the user's licenses.")
	}

	l.RemovedAt = &at

	return nil
}
