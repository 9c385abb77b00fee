package licensing

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// ClaimantState is what a claim depends on before any row is locked: the tenant's switch and versions, the user
// and the user's licenses. All of it is the state at one moment after the claim began.
type ClaimantState struct {
	AutoClaimEnabled bool
	// ConfigVersion and CatalogVersion say whether cached policies and a cached catalog are up to date.
	ConfigVersion  int64
	CatalogVersion int64
	// Matching says how the tenant compares external ids.
	Matching ExternalIDMatching
	// User is nil if the tenant does not know the user yet.
	User *User
	// Licenses are the user's active licenses, oldest first.
	Licenses []License
}

// Claimant returns the user as the rules need to know them.
func (s ClaimantState) Claimant() Claimant {
	if s.User == nil {
		return Claimant{}
	}

	return Claimant{UserID: s.User.ID, Blocked: s.User.Blocked(), Licenses: s.Licenses}
}

// ClaimBatch is a batch of claims of one tenant's users that are decided in one transaction.
type ClaimBatch struct {
	TenantID ID
	// Matching is how the tenant compares external ids, as far as the caller knows.
	Matching ExternalIDMatching
	// People are the users, in the order of the keys of their external ids, without repeats. All transactions lock users in
	// this order.
	People []Person
	// Products are the products whose pools are locked.
	Products []ID
	At       time.Time
}

// NewClaimBatch makes a batch of people who may be named in any order and more than once. Of somebody who is named several
// times, the last name and email that are not empty count.
func NewClaimBatch(tenant ID, matching ExternalIDMatching, people []Person, products []ID, at time.Time) ClaimBatch {
	byKey := make(map[string]Person, len(people))

	for _, person := range people {
		key := matching.Key(person.ExternalID)

		if before, again := byKey[key]; again {
			person = Person{
				ExternalID:  before.ExternalID,
				DisplayName: cmp.Or(person.DisplayName, before.DisplayName), Email: cmp.Or(person.Email, before.Email),
			}
		}

		byKey[key] = person
	}

	batch := ClaimBatch{TenantID: tenant, Matching: matching, Products: products, At: at, People: make([]Person, 0, len(byKey))}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		batch.People = append(batch.People, byKey[key])
	}

	return batch
}

// Keys returns the keys of the people's external ids, in their order.
func (b ClaimBatch) Keys() []string {
	keys := make([]string, len(b.People))
	for i, person := range b.People {
		keys[i] = b.Matching.Key(person.ExternalID)
	}

	return keys
}

// ClaimFacts are what a batch of claims depends on. The rows of the users and of the pools are locked: no other
// transaction can change them, or the users' licenses, until the batch is committed.
type ClaimFacts struct {
	AutoClaimEnabled bool
	// ConfigVersion and CatalogVersion say whether cached policies and a cached catalog are up to date.
	ConfigVersion  int64
	CatalogVersion int64
	// Matching says how the tenant compares external ids.
	Matching ExternalIDMatching
	// Users are by the key of their external id. Those that the tenant did not know have been added.
	Users map[string]User
	// Licenses are the users' active licenses by user id, oldest first.
	Licenses map[ID][]License
	// Pools are by product. A product that the tenant never owned has none.
	Pools map[ID]Pool
}

// Claimant returns one of the users as the rules need to know them.
func (f ClaimFacts) Claimant(externalID string) Claimant {
	user := f.Users[f.Matching.Key(externalID)]

	return Claimant{UserID: user.ID, Blocked: user.Blocked(), Licenses: f.Licenses[user.ID]}
}

// ClaimResults are what a batch of claims under one policy stores.
type ClaimResults struct {
	PolicyID ID
	AppID    ID
	At       time.Time
	// Licenses are new licenses, and Claims their claims, in the same order.
	Licenses []License
	Claims   []Claim
	// Missed are the users for whom no license was left: one element for each time.
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

// DecideClaims decides the claims of a batch, in order of arrival, and returns the decisions in that order with
// what there is to store. A user who appears twice gets one license: the first decision is CLAIMED, the others
// are ALREADY_LICENSED with the same license. It changes none of its arguments.
func DecideClaims(terms ClaimTerms, facts ClaimFacts, externalIDs []string, at time.Time) ([]Decision, ClaimResults) {
	pools := maps.Clone(facts.Pools)
	granted := make(map[ID]*License)
	decisions := make([]Decision, len(externalIDs))

	results := ClaimResults{AppID: terms.AppID, At: at}
	if terms.Policy != nil {
		results.PolicyID = terms.Policy.ID
	}

	for i, externalID := range externalIDs {
		user := facts.Claimant(externalID)

		if license, again := granted[user.UserID]; again {
			decisions[i] = Decision{Outcome: OutcomeAlreadyLicensed, UserID: user.UserID, License: license}

			continue
		}

		decision, settled := terms.Settle(user)
		if !settled {
			decision = terms.grant(pools, user, at)
		}

		if decision.Outcome == OutcomeClaimed {
			granted[user.UserID] = decision.License
		}

		results.add(decision)
		decisions[i] = decision
	}

	return decisions, results
}

// add adds what there is to store of a decision.
func (r *ClaimResults) add(decision Decision) {
	switch decision.Outcome {
	case OutcomeClaimed:
		license := decision.License
		r.Licenses = append(r.Licenses, *license)
		r.Claims = append(r.Claims, Claim{
			ID: NewID(r.At), UserID: license.UserID, PolicyID: r.PolicyID, AppID: r.AppID,
			ProductID: license.ProductID, LicenseID: license.ID, Position: decision.Position, ClaimedAt: r.At,
		})
	case OutcomeOutOfLicenses:
		r.Missed = append(r.Missed, decision.UserID)
	default: // Nothing to store.
	}
}
