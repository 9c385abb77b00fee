package licensing

import (
	"maps"
	"slices"
	"time"
)

// Decision is the answer to one user's claim.
type Decision struct {
	Outcome Outcome
	// License is the license of CLAIMED and ALREADY_LICENSED, and nil otherwise.
	License *License
	// Position is the product's place in the policy where the outcome is CLAIMED.
	Position int
}

// Claimant is a user and what they hold.
type Claimant struct {
	UserID  ID
	Blocked bool
	// Licenses are the user's active ones, oldest first.
	Licenses []License
}

// ClaimTerms are the facts, beside the user, on which a claim for an app depends.
type ClaimTerms struct {
	Catalog *Catalog
	AppID   ID
	// AutoClaimEnabled is the tenant's feature switch.
	AutoClaimEnabled bool
	// Policy is the tenant's live policy for the app; nil if there is none.
	Policy *Policy
}

// Settle answers a claim that takes no license from a pool. settled is false if the user should be
// given one; then it is up to [DecideClaims].
func (t ClaimTerms) Settle(user Claimant) (decision Decision, settled bool) {
	for i := range user.Licenses {
		if user.Licenses[i].LetsIn(t.Catalog, t.AppID) {
			return Decision{Outcome: OutcomeAlreadyLicensed, License: &user.Licenses[i]}, true
		}
	}

	switch {
	case !t.AutoClaimEnabled:
		return Decision{Outcome: OutcomeAutoClaimOff}, true
	case t.Policy == nil:
		return Decision{Outcome: OutcomeNoPolicy}, true
	case !t.Policy.Enabled:
		return Decision{Outcome: OutcomePolicyOff}, true
	case user.Blocked:
		return Decision{Outcome: OutcomeBlocked}, true
	}

	for _, license := range user.Licenses {
		_, _, inPolicy := t.Policy.Product(license.ProductID)
		if inPolicy && license.Active() && license.TurnsOff(t.AppID) {
			return Decision{Outcome: OutcomeAppTurnedOff}, true
		}
	}

	return Decision{}, false
}

// DecideClaims answers the claims of a batch, in order of arrival, against the pools as they are now.
// A user who appears twice gets one license: the first answer is CLAIMED, the others are
// ALREADY_LICENSED with that same license. It changes none of its arguments.
func DecideClaims(terms ClaimTerms, pools map[ID]Pool, claimants []Claimant, at time.Time) []Decision {
	pools = maps.Clone(pools)
	granted := make(map[ID]*License)
	decisions := make([]Decision, len(claimants))

	for i, user := range claimants {
		if license, again := granted[user.UserID]; again {
			decisions[i] = Decision{Outcome: OutcomeAlreadyLicensed, License: license}

			continue
		}

		decision, settled := terms.Settle(user)
		if !settled {
			decision = terms.grant(pools, user, at)
		}

		if decision.Outcome == OutcomeClaimed {
			granted[user.UserID] = decision.License
		}

		decisions[i] = decision
	}

	return decisions
}

// grant takes a license from the first pool that has one. It passes over a product that no longer
// includes the app, since its license would not let the user in, and one that the user holds already.
func (t ClaimTerms) grant(pools map[ID]Pool, user Claimant, at time.Time) Decision {
	for position, product := range t.Policy.Products {
		pool := pools[product.ProductID]
		held := slices.ContainsFunc(user.Licenses, func(l License) bool {
			return l.Active() && l.ProductID == product.ProductID
		})

		if held || pool.Available() == 0 || !t.Catalog.Includes(product.ProductID, t.AppID) {
			continue
		}

		pool.Assigned++
		pools[product.ProductID] = pool

		return Decision{
			Outcome:  OutcomeClaimed,
			Position: position,
			License: &License{
				ID: NewID(at), UserID: user.UserID, ProductID: product.ProductID, Source: SourceAutoClaim,
				PolicyID: &t.Policy.ID, AppsOff: slices.Clone(product.AppsOff), AssignedAt: at,
			},
		}
	}

	return Decision{Outcome: OutcomeOutOfLicenses}
}
