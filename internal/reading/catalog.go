package reading

import (
	"context"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// ProductFilter restricts a list of products; a field with its zero value restricts nothing.
type ProductFilter struct {
	// Owned asks for the products that the tenant owns (its pool has licenses), or for the others.
	Owned *bool
	// IncludesAppID asks for the products that include the app.
	IncludesAppID *licensing.ID
	// NotInPolicyID leaves out the products of the policy. A policy that does not exist has none.
	NotInPolicyID *licensing.ID
	// Text asks for products whose name or code contains the text, ignoring case and outer white space.
	Text string
}

// Products lists the catalog's products by name.
func (t *Tenant) Products(ctx context.Context, filter ProductFilter) (paging.List[licensing.Product], error) {
	products, err := t.selectProducts(ctx, filter)
	if err != nil {
		return paging.List[licensing.Product]{}, err
	}

	return paging.ListOf(products, func(p licensing.Product) paging.Cursor {
		return paging.Cursor{Key: licensing.Fold(p.Name), ID: p.ID}
	}), nil
}

func (t *Tenant) selectProducts(ctx context.Context, filter ProductFilter) ([]licensing.Product, error) {
	catalog, err := t.Catalog(ctx)
	if err != nil {
		return nil, err
	}

	var pools map[licensing.ID]licensing.Pool
	if filter.Owned != nil {
		if pools, err = t.data.Pools(ctx); err != nil {
			return nil, err
		}
	}

	var policy licensing.Policy
	if filter.NotInPolicyID != nil {
		if policy, err = t.data.Policy(ctx, *filter.NotInPolicyID); err != nil && !licensing.IsNotFound(err) {
			return nil, err
		}
	}

	return slices.DeleteFunc(slices.Clone(catalog.Products()), func(p licensing.Product) bool {
		_, _, inPolicy := policy.Product(p.ID)

		return filter.Owned != nil && *filter.Owned != pools[p.ID].Owned() ||
			filter.IncludesAppID != nil && !catalog.Includes(p.ID, *filter.IncludesAppID) ||
			inPolicy || !anyContains(filter.Text, p.Name, p.Code)
	}), nil
}

// Product returns a product of the catalog, or [licensing.ErrNotFound].
func (t *Tenant) Product(ctx context.Context, id licensing.ID) (licensing.Product, error) {
	catalog, err := t.Catalog(ctx)
	if err != nil {
		return licensing.Product{}, err
	}

	product, known := catalog.Product(id)
	if !known {
		return product, licensing.ErrNotFound
	}

	return product, nil
}

// AppFilter restricts a list of apps; a field with its zero value restricts nothing.
type AppFilter struct {
	// Claimable asks for the apps that users can claim licenses for, or for the others.
	Claimable *bool
	// Text asks for apps whose name or code contains the text, ignoring case and outer white space.
	Text string
}

// Apps lists the catalog's apps by name.
func (t *Tenant) Apps(ctx context.Context, filter AppFilter) (paging.List[licensing.App], error) {
	catalog, err := t.Catalog(ctx)
	if err != nil {
		return paging.List[licensing.App]{}, err
	}

	apps := slices.DeleteFunc(slices.Clone(catalog.Apps()), func(a licensing.App) bool {
		return filter.Claimable != nil && *filter.Claimable != a.Claimable || !anyContains(filter.Text, a.Name, a.Code)
	})

	return paging.ListOf(apps, func(a licensing.App) paging.Cursor {
		return paging.Cursor{Key: licensing.Fold(a.Name), ID: a.ID}
	}), nil
}

// App returns an app of the catalog, or [licensing.ErrNotFound].
func (t *Tenant) App(ctx context.Context, id licensing.ID) (licensing.App, error) {
	catalog, err := t.Catalog(ctx)
	if err != nil {
		return licensing.App{}, err
	}

	app, known := catalog.App(id)
	if !known {
		return app, licensing.ErrNotFound
	}

	return app, nil
}

// AppsOf returns the apps that a product includes, by name.
func (t *Tenant) AppsOf(ctx context.Context, product licensing.ID) ([]licensing.App, error) {
	catalog, err := t.Catalog(ctx)
	if err != nil {
		return nil, err
	}

	return catalog.AppsOf(product), nil
}

// AppsOff returns the apps that are turned off in a license, by name. Apps that the product no longer
// includes are left out.
func (t *Tenant) AppsOff(ctx context.Context, license licensing.License) ([]licensing.App, error) {
	apps, err := t.AppsOf(ctx, license.ProductID)

	return slices.DeleteFunc(slices.Clone(apps), func(a licensing.App) bool { return !license.TurnsOff(a.ID) }), err
}

// anyContains says whether one of the texts contains the part, ignoring case and outer white space. Every
// text contains an empty part.
func anyContains(part string, texts ...string) bool {
	part = licensing.Fold(strings.TrimSpace(part))

	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(licensing.Fold(text), part) })
}
