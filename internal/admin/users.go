package admin

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/autoclaim/autoclaim/internal/csvfile"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
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

// importChunk is how many users one statement saves.
const importChunk = 500

// ReadUsers reads the export of a directory: CSV with the columns external_id, display_name and email, of which
// the first must not be empty. If the file is broken, the error names the lines at fault.
func ReadUsers(r io.Reader) ([]licensing.User, error) {
	var users []licensing.User

	lines := make(map[string]int)

	err := csvfile.Read(r, "the users file", []string{"external_id", "display_name", "email"},
		func(line int, cells []string) string {
			if err := licensing.CheckExternalID(cells[0]); err != nil {
				return "external_id: " + err.Error()
			}

			if err := licensing.CheckLabel("display_name", cells[1]); err != nil {
				return err.Error()
			}

			if err := licensing.CheckLabel("email", cells[2]); err != nil {
				return err.Error()
			}

			if first, repeated := lines[cells[0]]; repeated {
				return fmt.Sprintf("external_id %q is on line %d already", cells[0], first)
			}

			lines[cells[0]] = line
			users = append(users, licensing.User{ExternalID: cells[0], DisplayName: cells[1], Email: cells[2]})

			return ""
		})

	return users, err
}

// ImportUsers adds the users to the tenant. Users that the tenant knows already, by external id, get the new
// names and emails. It imports all users or none.
func (s *Service) ImportUsers(ctx context.Context, tenant licensing.ID, users []licensing.User) error {
	at := licensing.Instant(s.now())

	err := s.store.InTx(ctx, tenant, func(tx *store.Tx) error {
		for chunk := range slices.Chunk(users, importChunk) {
			for i := range chunk {
				chunk[i].ID, chunk[i].CreatedAt = licensing.NewID(at), at
			}

			if err := tx.SaveUsers(ctx, chunk); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return fmt.Errorf("import users: %w", err)
	}

	return nil
}
