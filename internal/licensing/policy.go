package licensing

import (
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxNameLength is the longest policy name, in characters.
const MaxNameLength = 100

// Policy gives each user who signs in to its app a license of the first of its products that has one left.
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
	// DeletedAt is nil unless the policy has been deleted.
	DeletedAt *time.Time `json:"deletedAt,omitempty"`
}

// PolicyDraft is what an admin asks a new policy to be.
type PolicyDraft struct {
	Name     string
	AppID    ID
	Enabled  bool
	Products []PolicyProduct
}

// PolicyUpdate is what an admin asks to change of a policy. A nil field leaves what it names as it is.
type PolicyUpdate struct {
	Name    *string
	Enabled *bool
	// Products is the whole new list.
	Products []PolicyProduct
}

// OtherPolicy is what the rules for a policy need to know of each other policy of the tenant that is not deleted.
type OtherPolicy struct {
	Name  string
	AppID ID
}

// NewPolicy makes a policy at version 1. autoClaimEnabled is the tenant's feature switch. terms must have the
// pools of the draft's products.
func NewPolicy(
	draft PolicyDraft, autoClaimEnabled bool, others []OtherPolicy, terms ProductTerms, at time.Time,
) (Policy, error) {
	if !autoClaimEnabled {
		return Policy{}, Refuse(CodeAutoClaimOff, "",
			"Auto-claim is off, so no policy can be created. Turn auto-claim on first.")
	}

	app, known := terms.Catalog.App(draft.AppID)

	switch {
	case !known:
		return Policy{}, NotFound("appId", KindApp)
	case !app.Claimable:
		return Policy{}, Refuse(CodeAppNotClaimable, "appId",
			"Users cannot claim licenses for %s. Choose one of the claimable apps.", app.Name)
	}

	for _, other := range others {
		if other.AppID == draft.AppID {
			return Policy{}, Refuse(CodeAppHasPolicy, "appId",
				"The policy %q already covers %s. Change that policy, or delete it first.", other.Name, app.Name)
		}
	}

	policy := Policy{ID: NewID(at), AppID: draft.AppID, Version: 1, CreatedAt: at, UpdatedAt: at}
	wanted := PolicyUpdate{
		Name: &draft.Name, Enabled: &draft.Enabled, Products: append([]PolicyProduct{}, draft.Products...),
	}

	if err := policy.Update(wanted, others, terms); err != nil {
		return Policy{}, err
	}

	return policy, nil
}

// Update makes all the changes, or none. others are needed only for a change of the name, and terms only for
// a change of the products; see [ProductTerms].
func (p *Policy) Update(update PolicyUpdate, others []OtherPolicy, terms ProductTerms) error {
	changed := p.Clone()

	if update.Name != nil {
		if err := changed.rename(*update.Name, others); err != nil {
			return err
		}
	}

	if update.Products != nil {
		if err := changed.setProducts(update.Products, terms); err != nil {
			return err
		}
	}

	if update.Enabled != nil {
		changed.Enabled = *update.Enabled
	}

	*p = changed

	return nil
}

// rename gives the policy another name: trimmed, 1 to [MaxNameLength] characters that can be seen, and different from the
// names of the tenant's other policies even if case is ignored. A name that does not change is not checked again.
func (p *Policy) rename(name string, others []OtherPolicy) error {
	name, err := trimPolicyName(name)
	if err != nil {
		return err
	}

	for _, other := range others {
		if Fold(other.Name) == Fold(name) {
			return Refuse(CodeNameTaken, "name", "Another policy is called %q. Choose a different name.", other.Name)
		}
	}

	if name != p.Name {
		if err := CheckVisible(name); err != nil {
			return Refuse(CodeInvalidInput, "name", "Correct the name: %v.", err)
		}
	}

	p.Name = name

	return nil
}

// trimPolicyName returns the name trimmed, or a refusal if it isn't 1 to [MaxNameLength] characters long.
func trimPolicyName(name string) (string, error) {
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

// CheckVersion refuses a change if the admin saw another version of the policy. A nil version is not checked.
func (p *Policy) CheckVersion(seen *int) error {
	if seen != nil && *seen != p.Version {
		return Refuse(CodeConflict, "version",
			"Another admin has changed this policy since you read it (it is at version %d, you read version %d). Reload it and try again.",
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

// ProductIDs returns the ids of the policy's products in order.
func (p *Policy) ProductIDs() []ID {
	ids := make([]ID, len(p.Products))
	for i, product := range p.Products {
		ids[i] = product.ProductID
	}

	return ids
}

// AvailableLicenses is how many licenses users can still claim under the policy: the sum over its products.
func (p *Policy) AvailableLicenses(catalog *Catalog, pools map[ID]Pool) int {
	sum := 0
	for _, product := range p.Products {
		sum += p.AvailableOf(product.ProductID, catalog, pools[product.ProductID])
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

// SameAs says whether two states of a policy differ in nothing but version and time of change.
func (p *Policy) SameAs(other Policy) bool {
	other.Version, other.UpdatedAt = p.Version, p.UpdatedAt

	return reflect.DeepEqual(*p, other)
}
