package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// AssignLicense gives a user a license by hand, with some of the product's apps turned off. It adds a user whom the tenant
// does not know yet.
func (s *Service) AssignLicense(
	ctx context.Context, actor Actor, ref UserRef, product licensing.ID, appsOff []licensing.ID,
) (licensing.License, error) {
	return act(ctx, s, actor, "assignLicense", func(a *action) (licensing.License, error) {
		user, added, err := a.lockOrAddUser(ctx, ref)
		if err != nil {
			return licensing.License{}, err
		}

		catalog, err := a.catalogWith(ctx, product)
		if err != nil {
			return licensing.License{}, err
		}

		pool, err := a.LockPool(ctx, product)
		if err != nil {
			return licensing.License{}, err
		}

		held, err := a.ActiveLicenses(ctx, []licensing.ID{user.ID})
		if err != nil {
			return licensing.License{}, err
		}

		license, err := licensing.AssignDirect(catalog, user, held[user.ID], pool, appsOff, a.at)
		if err != nil {
			return licensing.License{}, err
		}

		if err := a.InsertLicenses(ctx, license); err != nil {
			return licensing.License{}, err
		}

		if err := a.AddToPool(ctx, product, 0, 1); err != nil {
			return licensing.License{}, err
		}

		if added {
			if err := a.record(ctx, licensing.KindUser, user.ID, nil, user); err != nil {
				return licensing.License{}, err
			}
		}

		return license, a.record(ctx, licensing.KindLicense, license.ID, nil, license)
	})
}

// catalogWith returns the catalog, or refuses a product that it does not have.
func (a *action) catalogWith(ctx context.Context, product licensing.ID) (*licensing.Catalog, error) {
	catalog, err := a.Catalog(ctx)
	if err != nil {
		return nil, err
	}

	if _, known := catalog.Product(product); !known {
		return nil, licensing.NotFound("productId", licensing.KindProduct)
	}

	return catalog, nil
}

// RemoveLicense takes a license from its user, and can block the user from auto-claiming as well.
func (s *Service) RemoveLicense(
	ctx context.Context, actor Actor, id licensing.ID, block bool,
) (licensing.License, error) {
	return act(ctx, s, actor, "removeLicense", func(a *action) (licensing.License, error) {
		// Users are locked before pools, as in claims.
		user, err := a.LockUserOfLicense(ctx, id)
		if err != nil {
			return licensing.License{}, notFoundAs("licenseId", licensing.KindLicense, err)
		}

		before, err := a.License(ctx, id)
		if err != nil {
			return licensing.License{}, err
		}

		after := before
		if err := after.Remove(a.at); err != nil {
			return licensing.License{}, err
		}

		if err := a.SaveRemoval(ctx, after); err != nil {
			return licensing.License{}, err
		}

		if err := a.AddToPool(ctx, after.ProductID, 0, -1); err != nil {
			return licensing.License{}, err
		}

		if err := a.record(ctx, licensing.KindLicense, after.ID, before, after); err != nil {
			return licensing.License{}, err
		}

		if block {
			_, err = a.saveBlocked(ctx, user, true)
		}

		return after, err
	})
}
