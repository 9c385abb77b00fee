package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// UserRef names a user by id, or else by the identity provider's id.
type UserRef struct {
	ID         *licensing.ID
	ExternalID *string
}

// AssignLicense gives a user a license by hand, with some of the product's apps turned off.
func (s *Service) AssignLicense(
	ctx context.Context, actor Actor, ref UserRef, product licensing.ID, appsOff []licensing.ID,
) (license licensing.License, err error) {
	err = s.act(ctx, actor, "assignLicense", func(a *action) error {
		user, err := a.lockUser(ctx, ref)
		if err != nil {
			return err
		}

		catalog, err := a.Catalog(ctx)
		if err != nil {
			return err
		}

		if _, known := catalog.Product(product); !known {
			return licensing.NotFound("productId", string(licensing.KindProduct))
		}

		pool, err := a.LockPool(ctx, product)
		if err != nil {
			return err
		}

		held, err := a.ActiveLicenses(ctx, []licensing.ID{user.ID})
		if err != nil {
			return err
		}

		license, err = licensing.AssignDirect(catalog, user, held[user.ID], pool, appsOff, a.at)
		if err != nil {
			return err
		}

		if err := a.InsertLicenses(ctx, license); err != nil {
			return err
		}

		if err := a.AddToPool(ctx, product, 0, 1); err != nil {
			return err
		}

		return a.record(ctx, licensing.KindLicense, license.ID, nil, license)
	})

	return license, err
}

// RemoveLicense takes a license from its user, and can block the user from auto-claiming as well.
func (s *Service) RemoveLicense(
	ctx context.Context, actor Actor, id licensing.ID, block bool,
) (license licensing.License, err error) {
	err = s.act(ctx, actor, "removeLicense", func(a *action) error {
		// Read first to learn whose it is; users are locked before pools.
		seen, err := found(a.License(ctx, id))("licenseId", licensing.KindLicense)
		if err != nil {
			return err
		}

		user, err := a.LockUser(ctx, seen.UserID)
		if err != nil {
			return err
		}

		if _, err := a.LockPool(ctx, seen.ProductID); err != nil {
			return err
		}

		before, err := a.License(ctx, id)
		if err != nil {
			return err
		}

		license = before
		if err := license.Remove(a.at); err != nil {
			return err
		}

		if err := a.SaveRemoval(ctx, license); err != nil {
			return err
		}

		if err := a.AddToPool(ctx, license.ProductID, 0, -1); err != nil {
			return err
		}

		if err := a.record(ctx, licensing.KindLicense, license.ID, before, license); err != nil {
			return err
		}

		if block {
			_, err = a.setBlocked(ctx, user, true)
		}

		return err
	})

	return license, err
}

// SetBlocked blocks a user from auto-claiming, or lifts the block.
func (s *Service) SetBlocked(
	ctx context.Context, actor Actor, ref UserRef, blocked bool,
) (user licensing.User, err error) {
	name := "unblockUser"
	if blocked {
		name = "blockUser"
	}

	err = s.act(ctx, actor, name, func(a *action) error {
		user, err = a.lockUser(ctx, ref)
		if err != nil {
			return err
		}

		user, err = a.setBlocked(ctx, user, blocked)

		return err
	})

	return user, err
}

func (a *action) setBlocked(ctx context.Context, user licensing.User, blocked bool) (licensing.User, error) {
	if user.Blocked() == blocked {
		return user, nil
	}

	before := user
	user.BlockedAt = nil

	if blocked {
		user.BlockedAt = &a.at
	}

	if err := a.SaveBlocked(ctx, user); err != nil {
		return before, err
	}

	return user, a.record(ctx, licensing.KindUser, user.ID, before, user)
}

func (a *action) lockUser(ctx context.Context, ref UserRef) (licensing.User, error) {
	path := "userId"

	switch {
	case (ref.ID == nil) == (ref.ExternalID == nil):
		return licensing.User{}, licensing.Refuse(licensing.CodeInvalidInput, path,
			"Name the user by either userId or userExternalId.")
	case ref.ID == nil:
		path = "userExternalId"

		user, err := found(a.UserByExternalID(ctx, *ref.ExternalID))(path, licensing.KindUser)
		if err != nil {
			return user, err
		}

		ref.ID = &user.ID
	}

	return found(a.LockUser(ctx, *ref.ID))(path, licensing.KindUser)
}
