package admin

import (
	"cmp"
	"context"
	"errors"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// UserRef names a user either by id or by the identity provider's id.
type UserRef struct {
	ID         *licensing.ID
	ExternalID *string
}

// check refuses a reference that names no user, or two.
func (ref UserRef) check() error {
	if (ref.ID == nil) == (ref.ExternalID == nil) {
		return licensing.Refuse(licensing.CodeInvalidInput, "userId", "Name the user by either userId or userExternalId.")
	}

	return nil
}

// lockUser returns the user and keeps other transactions from changing the user's licenses.
func (a *action) lockUser(ctx context.Context, ref UserRef) (licensing.User, error) {
	if err := ref.check(); err != nil {
		return licensing.User{}, err
	}

	if ref.ID == nil {
		user, err := a.LockUserByExternalID(ctx, *ref.ExternalID)
		if licensing.IsNotFound(err) {
			return user, licensing.Refuse(licensing.CodeNotFound, "userExternalId",
				"The tenant knows no user with this external id. Check its spelling, or add the user with createUser.")
		}

		return user, err
	}

	user, err := a.LockUser(ctx, *ref.ID)

	return user, notFoundAs("userId", licensing.KindUser, err)
}

// lockOrAddUser is lockUser that adds a user who is named by an external id that the tenant does not know. added says that
// it did; then the caller records the user.
func (a *action) lockOrAddUser(ctx context.Context, ref UserRef) (user licensing.User, added bool, err error) {
	if err := ref.check(); err != nil || ref.ID != nil {
		user, err = a.lockUser(ctx, ref)

		return user, false, err
	}

	user, err = a.LockUserByExternalID(ctx, *ref.ExternalID)
	if !licensing.IsNotFound(err) {
		return user, false, err
	}

	user, err = licensing.NewUnnamedUser("userExternalId", *ref.ExternalID, a.at)
	if err != nil {
		return user, false, err
	}

	return a.addUser(ctx, user)
}

// addUser adds a user. If somebody else has added the same user in the meantime, it returns that user instead.
func (a *action) addUser(ctx context.Context, user licensing.User) (locked licensing.User, added bool, err error) {
	if err := a.SaveUsers(ctx, []licensing.User{user}); err != nil {
		return user, false, err
	}

	locked, err = a.LockUserByExternalID(ctx, user.ExternalID)

	return locked, locked.ID == user.ID, err
}

// CreateUser adds a user who has not signed in yet.
func (s *Service) CreateUser(ctx context.Context, actor Actor, person licensing.Person) (licensing.User, error) {
	return act(ctx, s, actor, "createUser", func(a *action) (licensing.User, error) {
		user, err := licensing.NewUser(person, a.at)
		if err != nil {
			return user, err
		}

		known, err := a.LockUserByExternalID(ctx, user.ExternalID)
		if !licensing.IsNotFound(err) {
			return known, cmp.Or(err, externalIDTaken(known))
		}

		user, added, err := a.addUser(ctx, user)

		switch {
		case err != nil:
			return user, err
		case !added:
			return user, externalIDTaken(user)
		}

		return user, a.record(ctx, licensing.KindUser, user.ID, nil, user)
	})
}

// externalIDTaken refuses an external id that a user has already.
func externalIDTaken(user licensing.User) error {
	return licensing.Refuse(licensing.CodeExternalIDTaken, "externalId",
		"The tenant has a user with the external id %q already. Open that user in the list of users, or choose another id.",
		user.ExternalID)
}

// UpdateUser changes the external id, the name or the email of a user.
func (s *Service) UpdateUser(
	ctx context.Context, actor Actor, ref UserRef, update licensing.UserUpdate,
) (licensing.User, error) {
	return act(ctx, s, actor, "updateUser", func(a *action) (licensing.User, error) {
		tenant, err := a.LockTenant(ctx)
		if err != nil {
			return licensing.User{}, err
		}

		before, err := a.lockUser(ctx, ref)
		if err != nil {
			return before, err
		}

		after, err := before.Update(update)
		if err != nil || after == before {
			return before, err
		}

		err = a.SaveUser(ctx, tenant.ExternalIDMatching(), after)
		if errors.Is(err, store.ErrExternalIDTaken) {
			return before, externalIDTaken(after)
		}

		if err != nil {
			return before, err
		}

		return after, a.record(ctx, licensing.KindUser, after.ID, before, after)
	})
}

// SetBlocked blocks a user from auto-claiming, or lifts the block. Blocking adds a user whom the tenant does not know yet.
func (s *Service) SetBlocked(ctx context.Context, actor Actor, ref UserRef, blocked bool) (licensing.User, error) {
	if !blocked {
		return act(ctx, s, actor, "unblockUser", func(a *action) (licensing.User, error) {
			user, err := a.lockUser(ctx, ref)
			if err != nil {
				return user, err
			}

			return a.saveBlocked(ctx, user, false)
		})
	}

	return act(ctx, s, actor, "blockUser", func(a *action) (licensing.User, error) {
		user, added, err := a.lockOrAddUser(ctx, ref)

		switch {
		case err != nil:
			return user, err
		case !added:
			return a.saveBlocked(ctx, user, true)
		}

		user.BlockedAt = &a.at
		if err := a.SaveBlocked(ctx, user); err != nil {
			return user, err
		}

		return user, a.record(ctx, licensing.KindUser, user.ID, nil, user)
	})
}

// saveBlocked blocks a locked user or lifts the block, and records it.
func (a *action) saveBlocked(ctx context.Context, before licensing.User, blocked bool) (licensing.User, error) {
	if before.Blocked() == blocked {
		return before, nil
	}

	after := before
	after.BlockedAt = nil

	if blocked {
		after.BlockedAt = &a.at
	}

	if err := a.SaveBlocked(ctx, after); err != nil {
		return before, err
	}

	return after, a.record(ctx, licensing.KindUser, after.ID, before, after)
}
