package licensing

import (
	"fmt"
	"slices"
)

// MaxPolicyProducts is the primary product and up to four backups.
const MaxPolicyProducts = 5

// PolicyProduct is a product of a policy and the apps that its licenses do not give.
type PolicyProduct struct {
	ProductID ID `json:"productId"`
	// AppsOff are in order of their ids. All other apps of the product are on.
	AppsOff []ID `json:"appsOff"`
}

// ProductTerms are the facts on which the rules for a policy's products depend.
type ProductTerms struct {
	Catalog *Catalog
	// Pools are by product. They must be there for each product that is new to the policy.
	Pools map[ID]Pool
}

// Direction is the direction in which a policy product moves in the order.
type Direction string

// The directions: UP is toward the primary product.
const (
	DirectionUp   Direction = "UP"
	DirectionDown Direction = "DOWN"
)

// setProducts replaces the whole ordered list. A product that the policy already has need not be owned or
// include the app: what an admin set earlier stays valid when subscriptions lapse.
func (p *Policy) setProducts(products []PolicyProduct, terms ProductTerms) error {
	switch {
	case len(products) == 0:
		return Refuse(CodeProductsRequired, "products",
			"A policy needs a product. Choose a primary product; to stop claims, turn the policy off instead.")
	case len(products) > MaxPolicyProducts:
		return tooManyProducts("products")
	}

	checked := make([]PolicyProduct, 0, len(products))

	for i, product := range products {
		path := fmt.Sprintf("products.%d", i)
		if slices.ContainsFunc(checked, func(c PolicyProduct) bool { return c.ProductID == product.ProductID }) {
			return duplicateProduct(path + ".productId")
		}

		if _, _, had := p.Product(product.ProductID); !had {
			if err := p.admit(product.ProductID, terms, path+".productId"); err != nil {
				return err
			}
		}

		appsOff, err := p.appsOff(product, terms, path+".appsOff")
		if err != nil {
			return err
		}

		checked = append(checked, PolicyProduct{ProductID: product.ProductID, AppsOff: appsOff})
	}

	p.Products = checked

	return nil
}

// Gives says whether users can get licenses of the product under the policy: only if it includes the policy's app, since
// its license would not let them in otherwise. An import of the catalog may take the app out of a product of the policy.
func (p *Policy) Gives(productID ID, catalog *Catalog) bool {
	return catalog.Includes(productID, p.AppID)
}

// AvailableOf is how many licenses of one of its products users can still claim under the policy. pool is the product's.
func (p *Policy) AvailableOf(productID ID, catalog *Catalog, pool Pool) int {
	if !p.Gives(productID, catalog) {
		return 0
	}

	return pool.Available()
}

// AddBackup adds a product after the others.
func (p *Policy) AddBackup(product PolicyProduct, terms ProductTerms) error {
	if len(p.Products) == MaxPolicyProducts {
		return tooManyProducts("productId")
	}

	if _, _, has := p.Product(product.ProductID); has {
		return duplicateProduct("productId")
	}

	if err := p.admit(product.ProductID, terms, "productId"); err != nil {
		return err
	}

	appsOff, err := p.appsOff(product, terms, "appsOff")
	if err != nil {
		return err
	}

	p.Products = append(p.Products, PolicyProduct{ProductID: product.ProductID, AppsOff: appsOff})

	return nil
}

// RemoveProduct takes a product out of the policy. If it is the primary, the first backup becomes the
// primary. A policy keeps at least one product.
func (p *Policy) RemoveProduct(id ID) error {
	position, _, has := p.Product(id)

	switch {
	case !has:
		return notInPolicy("productId")
	case len(p.Products) == 1:
		return Refuse(CodeLastProduct, "productId",
			"This is the policy's last product, which cannot be removed. Turn the policy off instead.")
	}

	p.Products = slices.Delete(slices.Clone(p.Products), position, position+1)

	return nil
}

// MoveProduct swaps a product with its neighbor.
func (p *Policy) MoveProduct(id ID, direction Direction) error {
	position, _, has := p.Product(id)
	if !has {
		return notInPolicy("productId")
	}

	target := position + 1
	if direction == DirectionUp {
		target = position - 1
	}

	switch {
	case target < 0:
		return Refuse(CodeCannotMove, "direction", "This product is already the primary product. Move it DOWN, or move another product.")
	case target == len(p.Products):
		return Refuse(CodeCannotMove, "direction", "This product is already the last one. Move it UP, or move another product.")
	}

	p.Products = slices.Clone(p.Products)
	p.Products[position], p.Products[target] = p.Products[target], p.Products[position]

	return nil
}

// ReorderProducts puts the products in the given order, which must list each of them exactly once.
func (p *Policy) ReorderProducts(order []ID) error {
	products := make([]PolicyProduct, 0, len(p.Products))

	for i, id := range order {
		path := fmt.Sprintf("productIds.%d", i)

		_, product, has := p.Product(id)
		if !has {
			return notInPolicy(path)
		}

		if slices.Contains(order[:i], id) {
			return duplicateProduct(path)
		}

		products = append(products, product)
	}

	if len(products) != len(p.Products) {
		return Refuse(CodeOrderIncomplete, "productIds",
			"The policy has %d products, but the order has %d. List each product exactly once.", len(p.Products), len(order))
	}

	p.Products = products

	return nil
}

// admit refuses a product, new to the policy, that does not include the app or that the tenant does not own.
func (p *Policy) admit(id ID, terms ProductTerms, path string) error {
	product, known := terms.Catalog.Product(id)

	switch {
	case !known:
		return NotFound(path, KindProduct)
	case !p.Gives(id, terms.Catalog):
		app, _ := terms.Catalog.App(p.AppID)

		return Refuse(CodeProductLacksApp, path,
			"%s does not include %s. Choose a product that does.", product.Name, app.Name)
	case !terms.Pools[id].Owned():
		return notOwned(path)
	}

	return nil
}

// appsOff checks the apps to be turned off in a product of the policy.
func (p *Policy) appsOff(product PolicyProduct, terms ProductTerms, path string) ([]ID, error) {
	if i := slices.Index(product.AppsOff, p.AppID); i >= 0 {
		return nil, policyAppRequired(fmt.Sprintf("%s.%d", path, i))
	}

	return appsOffIn(terms.Catalog, product.ProductID, product.AppsOff, path)
}

// appsOffIn returns the apps sorted and without repeats, or refuses one that the product doesn't include.
func appsOffIn(catalog *Catalog, productID ID, apps []ID, path string) ([]ID, error) {
	for i, app := range apps {
		if !catalog.Includes(productID, app) {
			return nil, appNotInProduct(fmt.Sprintf("%s.%d", path, i))
		}
	}

	return sortedIDs(apps), nil
}

// sortedIDs returns the ids in their order, without repeats. It never returns nil.
func sortedIDs(ids []ID) []ID {
	sorted := append(make([]ID, 0, len(ids)), ids...)
	slices.SortFunc(sorted, CompareIDs)

	return slices.Compact(sorted)
}

func tooManyProducts(path string) *Refusal {
	return Refuse(CodeTooManyProducts, path,
		"A policy has at most %d products: the primary and %d backups. Remove one first.",
		MaxPolicyProducts, MaxPolicyProducts-1)
}

func duplicateProduct(path string) *Refusal {
	return Refuse(CodeProductDuplicate, path, "A policy can have each product only once. Choose another product.")
}

func notInPolicy(path string) *Refusal {
	return Refuse(CodeProductNotInPolicy, path, "This product is not in the policy. Reload the policy and choose one of its products.")
}

func notOwned(path string) *Refusal {
	return Refuse(CodeProductNotOwned, path,
		"Your organization has no licenses of this product. Create or reactivate a subscription first.")
}

func appNotInProduct(path string) *Refusal {
	return Refuse(CodeAppNotInProduct, path, "The product does not include this app. Reload the product's apps and choose one of them.")
}

func policyAppRequired(path string) *Refusal {
	return Refuse(CodePolicyAppRequired, path,
		"The policy is for this app, so it cannot be turned off: a license without it would not let its user in.")
}
