package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// UserRef names a user either by id or by the identity provider's id.
type UserRef struct {
	ID         *licensing.ID
	ExternalID *string
}

// lockUser returns the user and keeps other transactions from changing the user's licenses.
func (a *action) lockUser(ctx context.Context, ref UserRef) (licensing.User, error) {
	switch {
	case (ref.ID == nil) == (ref.ExternalID == nil):
		return licensing.User{}, licensing.Refuse(licensing.CodeInvalidInput, "userId",
			"Name the user by either userId or userExternalId.")
	case ref.ID == nil:
		user, err := a.LockUserByExternalID(ctx, *ref.ExternalID)

		return user, notFoundAs("userExternalId", licensing.KindUser, err)
	default:
		user, err := a.LockUser(ctx, *ref.ID)

		return user, notFoundAs("userId", licensing.KindUser, err)
	}
}

// SetBlocked blocks a user from auto-claiming, or lifts the block.
func (s *Service) SetBlocked(ctx context.Context, actor Actor, ref UserRef, blocked bool) (licensing.User, error) {
	name := "unblockUser"
	if blocked {
		name = "blockUser"
	}

	return act(ctx, s, actor, name, func(a *action) (licensing.User, error) {
		user, err := a.lockUser(ctx, ref)
		if err != nil {
			return user, err
		}

		return a.saveBlocked(ctx, user, blocked)
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
