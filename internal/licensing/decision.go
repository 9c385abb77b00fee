package licensing

import (
	"slices"
	"time"
)

// Decision is the answer to one user's claim.
type Decision struct {
	Outcome Outcome
	// UserID is the zero id for a user whom the tenant does not know.
	UserID ID
	// License is the license of CLAIMED and ALREADY_LICENSED, and nil otherwise.
	License *License
	// Position is the product's place in the policy if the outcome is CLAIMED.
	Position int
}

// Claimant is a user who claims a license, as far as the rules need to know them.
type Claimant struct {
	// UserID is the zero id for a user whom the tenant does not know.
	UserID  ID
	Blocked bool
	// Licenses are the user's active licenses, oldest first.
	Licenses []License
}

// ClaimTerms are the facts on which a claim for an app depends, apart from those about the user.
type ClaimTerms struct {
	Catalog *Catalog
	AppID   ID
	// AutoClaimEnabled is the tenant's feature switch.
	AutoClaimEnabled bool
	// Policy is the tenant's live policy for the app; nil if there is none.
	Policy *Policy
}

// Settle decides a claim that takes no license from a pool. settled is false if the user should get a license;
// then [DecideClaims] decides.
func (t ClaimTerms) Settle(user Claimant) (decision Decision, settled bool) {
	for i := range user.Licenses {
		if user.Licenses[i].LetsIn(t.Catalog, t.AppID) {
			return Decision{Outcome: OutcomeAlreadyLicensed, UserID: user.UserID, License: &user.Licenses[i]}, true
		}
	}

	switch {
	case !t.AutoClaimEnabled:
		return Decision{Outcome: OutcomeAutoClaimOff, UserID: user.UserID}, true
	case t.Policy == nil:
		return Decision{Outcome: OutcomeNoPolicy, UserID: user.UserID}, true
	case !t.Policy.Enabled:
		return Decision{Outcome: OutcomePolicyOff, UserID: user.UserID}, true
	case user.Blocked:
		return Decision{Outcome: OutcomeBlocked, UserID: user.UserID}, true
	}

	for _, license := range user.Licenses {
		_, _, inPolicy := t.Policy.Product(license.ProductID)
		if inPolicy && license.Active() && license.TurnsOff(t.AppID) {
			return Decision{Outcome: OutcomeAppTurnedOff, UserID: user.UserID}, true
		}
	}

	return Decision{UserID: user.UserID}, false
}

// grant takes a license from the first pool that has one. It skips a product that the policy no longer gives, and one of
// which the user holds a license already.
func (t ClaimTerms) grant(pools map[ID]Pool, user Claimant, at time.Time) Decision {
	for position, product := range t.Policy.Products {
		pool := pools[product.ProductID]
		held := slices.ContainsFunc(user.Licenses, func(l License) bool {
			return l.Active() && l.ProductID == product.ProductID
		})

		if held || t.Policy.AvailableOf(product.ProductID, t.Catalog, pool) == 0 {
			continue
		}

		pool.Assigned++
		pools[product.ProductID] = pool

		return Decision{
			Outcome:  OutcomeClaimed,
			UserID:   user.UserID,
			Position: position,
			License: &License{
				ID: NewID(at), UserID: user.UserID, ProductID: product.ProductID, Source: SourceAutoClaim,
				PolicyID: &t.Policy.ID, AppsOff: slices.Clone(product.AppsOff), AssignedAt: at,
			},
		}
	}

	return Decision{Outcome: OutcomeOutOfLicenses, UserID: user.UserID}
}
