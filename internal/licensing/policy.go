package licensing

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxNameLength is the longest policy name, in characters.
const MaxNameLength = 100

// MaxPolicyProducts is the primary product and up to four backups.
const MaxPolicyProducts = 5

// Policy gives users who sign in to its app a license of the first of its products that has one left.
type Policy struct {
	ID      ID     `json:"id"`
	Name    string `json:"name"`
	AppID   ID     `json:"appId"`
	Enabled bool   `json:"enabled"`
	// Version rises by one with each change.
	Version int `json:"version"`
	// Products are in order: the primary first, then the backups.
	Products  []PolicyProduct `json:"products"`
	CreatedAt time.Time       `json:"createdAt"`
	UpdatedAt time.Time       `json:"updatedAt"`
	// DeletedAt is nil as long as the policy lives.
	DeletedAt *time.Time `json:"deletedAt,omitempty"`
}

// PolicyProduct is a product of a policy and the apps that its licenses do not give.
type PolicyProduct struct {
	ProductID ID `json:"productId"`
	// AppsOff are in order of their ids. All other apps of the product are on.
	AppsOff []ID `json:"appsOff"`
}

// Terms are the facts that the rules of policies need beside the policy itself.
type Terms struct {
	Catalog *Catalog
	// Pools are the tenant's license pools by product.
	Pools map[ID]Pool
	// OtherPolicies are the tenant's live policies, without the one that is being made or changed.
	OtherPolicies []Policy
}

// PolicyDraft is what an admin asks a new policy to be.
type PolicyDraft struct {
	Name     string
	AppID    ID
	Enabled  bool
	Products []PolicyProduct
}

// NewPolicy makes a policy at version 1. autoClaimEnabled is the tenant's feature switch.
func NewPolicy(draft PolicyDraft, autoClaimEnabled bool, terms Terms, at time.Time) (Policy, error) {
	if !autoClaimEnabled {
		return Policy{}, Refuse(CodeAutoClaimOff, "",
			"Auto-claim is off, so no policy can be created. Turn it on with setAutoClaimEnabled first.")
	}

	app, known := terms.Catalog.App(draft.AppID)

	switch {
	case !known:
		return Policy{}, NotFound("appId", "app")
	case !app.Claimable:
		return Policy{}, Refuse(CodeAppNotClaimable, "appId",
			"Users cannot claim licenses for %s. Choose one of the claimable apps.", app.Name)
	}

	for _, other := range terms.OtherPolicies {
		if other.AppID == draft.AppID {
			return Policy{}, Refuse(CodeAppHasPolicy, "appId",
				"The policy %q already covers %s. Change that policy, or delete it first.", other.Name, app.Name)
		}
	}

	policy := Policy{
		ID: NewID(at), AppID: draft.AppID, Enabled: draft.Enabled, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	if err := policy.Rename(draft.Name, terms); err != nil {
		return Policy{}, err
	}

	if err := policy.SetProducts(draft.Products, terms); err != nil {
		return Policy{}, err
	}

	return policy, nil
}

// Rename gives the policy another name: trimmed, 1 to [MaxNameLength] characters, and unlike the
// tenant's other policies' names even if case is ignored.
func (p *Policy) Rename(name string, terms Terms) error {
	name, err := PolicyName(name)
	if err != nil {
		return err
	}

	for _, other := range terms.OtherPolicies {
		if Fold(other.Name) == Fold(name) {
			return Refuse(CodeNameTaken, "name", "Another policy is called %q. Choose a different name.", other.Name)
		}
	}

	p.Name = name

	return nil
}

// PolicyName returns the name trimmed, or a refusal if it isn't 1 to [MaxNameLength] characters long.
func PolicyName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))

	switch length := utf8.RuneCountInString(name); {
	case length == 0:
		return "", Refuse(CodeNameRequired, "name", "A policy needs a name. Enter 1 to %d characters.", MaxNameLength)
	case length > MaxNameLength:
		return "", Refuse(CodeNameTooLong, "name",
			"The name has %d characters. Shorten it to %d or fewer.", length, MaxNameLength)
	}

	return name, nil
}

// CheckVersion refuses a change by somebody who has not seen the policy as it is now. A nil seen
// version asks for no such check.
func (p *Policy) CheckVersion(seen *int) error {
	if seen != nil && *seen != p.Version {
		return Refuse(CodeConflict, "version",
			"Somebody changed this policy meanwhile (it is at version %d, you saw %d). Look at it as it is now and try again.",
			p.Version, *seen)
	}

	return nil
}

// Product returns the position and the settings of a product in the policy.
func (p *Policy) Product(id ID) (int, PolicyProduct, bool) {
	position := slices.IndexFunc(p.Products, func(product PolicyProduct) bool { return product.ProductID == id })
	if position < 0 {
		return 0, PolicyProduct{}, false
	}

	return position, p.Products[position], true
}

// AvailableLicenses is the sum of what is available of each of the policy's products.
func (p *Policy) AvailableLicenses(pools map[ID]Pool) int {
	sum := 0
	for _, product := range p.Products {
		sum += pools[product.ProductID].Available()
	}

	return sum
}

// Clone returns a copy that shares nothing with the policy.
func (p *Policy) Clone() Policy {
	clone := *p
	clone.Products = make([]PolicyProduct, len(p.Products))

	for i, product := range p.Products {
		clone.Products[i] = PolicyProduct{ProductID: product.ProductID, AppsOff: slices.Clone(product.AppsOff)}
	}

	return clone
}

// SameAs says whether an admin would call the two policies equal: it ignores version and times.
func (p *Policy) SameAs(other Policy) bool {
	return p.ID == other.ID && p.Name == other.Name && p.AppID == other.AppID && p.Enabled == other.Enabled &&
		(p.DeletedAt == nil) == (other.DeletedAt == nil) &&
		slices.EqualFunc(p.Products, other.Products, func(a, b PolicyProduct) bool {
			return a.ProductID == b.ProductID && slices.Equal(a.AppsOff, b.AppsOff)
		})
}
