package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// maxImpact is the largest number of policies that an impact lists. The others are counted.
const maxImpact = 1000

// Impact is what a change of the catalog means for tenants.
type Impact struct {
	// Policies counts pairs of a policy and a product of it that no longer includes the policy's app, and Lost has the
	// first 1,000 of them, by tenant and policy.
	Policies int
	Lost     []LostApp
	// Products are the products whose apps change and of which licenses are assigned, by name.
	Products []ChangedProduct
}

// LostApp is a product of a policy that no longer includes the policy's app. Claims skip it.
type LostApp struct {
	Tenant, Policy, Product, App string
	// Enabled says whether the policy is on.
	Enabled bool
	// Left is how many products of the policy still include the app.
	Left int
}

// ChangedProduct is a product that changes for users who have a license of it.
type ChangedProduct struct {
	Product string
	// Added and Removed are codes of apps.
	Added, Removed []string
	// Licenses are assigned, in so many tenants.
	Licenses, Tenants int
}

// change is the catalog before and after a change.
type change struct {
	apps           map[licensing.ID]licensing.App
	products       map[licensing.ID]licensing.Product
	added, removed map[licensing.ProductApp]bool
	before         *licensing.Catalog
}

func newChange(before *licensing.Catalog, changes store.CatalogChanges) change {
	c := change{
		apps: make(map[licensing.ID]licensing.App), products: make(map[licensing.ID]licensing.Product),
		added: make(map[licensing.ProductApp]bool), removed: make(map[licensing.ProductApp]bool), before: before,
	}

	for _, app := range slices.Concat(before.Apps(), changes.Apps) {
		c.apps[app.ID] = app
	}

	for _, product := range slices.Concat(before.Products(), changes.Products) {
		c.products[product.ID] = product
	}

	for _, pair := range changes.AddedProductApps {
		c.added[pair] = true
	}

	for _, pair := range changes.RemovedProductApps {
		c.removed[pair] = true
	}

	return c
}

// includes says whether a product includes an app after the change.
func (c change) includes(product, app licensing.ID) bool {
	pair := licensing.ProductApp{ProductID: product, AppID: app}

	return c.added[pair] || c.before.Includes(product, app) && !c.removed[pair]
}

// findImpact reads what changes of the catalog mean for tenants.
func findImpact(ctx context.Context, tx store.CatalogTx, changes store.CatalogChanges) (impact Impact, err error) {
	c := newChange(tx.Catalog(), changes)

	if impact.Products, err = findChangedProducts(ctx, tx, c, changes); err != nil {
		return impact, err
	}

	var apps []licensing.ID
	for _, pair := range changes.RemovedProductApps {
		apps = append(apps, pair.AppID)
	}

	slices.SortFunc(apps, licensing.CompareIDs)

	err = tx.PoliciesFor(ctx, slices.Compact(apps), func(policy store.PolicyUse) {
		impact.addLost(c, policy)
	})
	if err != nil {
		return impact, fmt.Errorf("find the policies that lose an app: %w", err)
	}

	return impact, nil
}

func (i *Impact) addLost(c change, policy store.PolicyUse) {
	left := 0

	for _, product := range policy.Products {
		if c.includes(product, policy.AppID) {
			left++
		}
	}

	for _, product := range policy.Products {
		if !c.removed[licensing.ProductApp{ProductID: product, AppID: policy.AppID}] {
			continue
		}

		if i.Policies++; i.Policies <= maxImpact {
			i.Lost = append(i.Lost, LostApp{
				Tenant: policy.Tenant, Policy: policy.Policy, Enabled: policy.Enabled, Left: left,
				Product: c.products[product].Name, App: c.apps[policy.AppID].Name,
			})
		}
	}
}

func findChangedProducts(
	ctx context.Context, tx store.CatalogTx, c change, changes store.CatalogChanges,
) ([]ChangedProduct, error) {
	if len(changes.AddedProductApps)+len(changes.RemovedProductApps) == 0 {
		return nil, nil
	}

	holders, err := tx.AssignedLicenses(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the licenses of the products that change: %w", err)
	}

	changed := make(map[licensing.ID]*ChangedProduct)
	// of returns nil for a product of which nobody has a license.
	of := func(product licensing.ID) *ChangedProduct {
		if changed[product] == nil && holders[product].Licenses > 0 {
			changed[product] = &ChangedProduct{
				Product: c.products[product].Name, Licenses: holders[product].Licenses, Tenants: holders[product].Tenants,
			}
		}

		return changed[product]
	}

	for _, pair := range changes.AddedProductApps {
		if product := of(pair.ProductID); product != nil {
			product.Added = append(product.Added, c.apps[pair.AppID].Code)
		}
	}

	for _, pair := range changes.RemovedProductApps {
		if product := of(pair.ProductID); product != nil {
			product.Removed = append(product.Removed, c.apps[pair.AppID].Code)
		}
	}

	products := make([]ChangedProduct, 0, len(changed))

	for _, product := range changed {
		slices.Sort(product.Added)
		slices.Sort(product.Removed)

		products = append(products, *product)
	}

	slices.SortFunc(products, func(a, b ChangedProduct) int { return cmp.Compare(a.Product, b.Product) })

	return products, nil
}
