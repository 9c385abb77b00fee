package licensing

import (
	"fmt"
	"slices"
)

// ToggleState says whether an app is on in those products of a policy that include it.
type ToggleState string

// The states. MIXED means on in some products and off in others.
const (
	ToggleOn    ToggleState = "ON"
	ToggleOff   ToggleState = "OFF"
	ToggleMixed ToggleState = "MIXED"
)

// AppToggle is an app of one product of a policy, or of all its products, and whether licenses include the app.
type AppToggle struct {
	App   App
	State ToggleState
	// Locked toggles can't be turned off: the policy is for this app.
	Locked bool
}

// ToggleChange turns an app on or off in one product of a policy, or in all that include it.
type ToggleChange struct {
	// ProductID is nil for all products.
	ProductID *ID
	AppID     ID
	On        bool
}

// AppToggles lists the toggles of one product of the policy, or of all its products if productID is
// nil, by the apps' names. It refuses a product that the policy does not have.
func (p *Policy) AppToggles(catalog *Catalog, productID *ID) ([]AppToggle, error) {
	products := p.Products

	if productID != nil {
		_, product, has := p.Product(*productID)
		if !has {
			return nil, notInPolicy("productId")
		}

		products = []PolicyProduct{product}
	}

	states := make(map[ID]ToggleState)

	for _, product := range products {
		for _, app := range catalog.AppsOf(product.ProductID) {
			state := ToggleOn
			if slices.Contains(product.AppsOff, app.ID) {
				state = ToggleOff
			}

			if earlier, seen := states[app.ID]; seen && earlier != state {
				state = ToggleMixed
			}

			states[app.ID] = state
		}
	}

	toggles := make([]AppToggle, 0, len(states))

	for _, app := range catalog.Apps() {
		if state, included := states[app.ID]; included {
			toggles = append(toggles, AppToggle{App: app, State: state, Locked: app.ID == p.AppID})
		}
	}

	return toggles, nil
}

// SetAppToggles applies the changes in order, all or none.
func (p *Policy) SetAppToggles(changes []ToggleChange, catalog *Catalog) error {
	changed := p.Clone()

	for i, change := range changes {
		path := fmt.Sprintf("toggles.%d", i)
		if change.AppID == p.AppID && !change.On {
			return policyAppRequired(path + ".appId")
		}

		if change.ProductID != nil {
			if _, _, has := p.Product(*change.ProductID); !has {
				return notInPolicy(path + ".productId")
			}
		}

		if !changed.setAppToggle(change, catalog) {
			return appNotInProduct(path + ".appId")
		}
	}

	p.Products = changed.Products

	return nil
}

// setAppToggle applies a change. It returns false if none of the products in question includes the app.
func (p *Policy) setAppToggle(change ToggleChange, catalog *Catalog) bool {
	found := false

	for i := range p.Products {
		product := &p.Products[i]
		if change.ProductID != nil && *change.ProductID != product.ProductID ||
			!catalog.Includes(product.ProductID, change.AppID) {
			continue
		}

		found = true
		product.AppsOff = slices.DeleteFunc(product.AppsOff, func(app ID) bool { return app == change.AppID })

		if !change.On {
			product.AppsOff = sortedIDs(append(product.AppsOff, change.AppID))
		}
	}

	return found
}
