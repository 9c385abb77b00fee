package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// importChunk is how many users one statement saves.
const importChunk = 500

// UserChanges counts what an import of users changed, or would change.
type UserChanges struct{ Added, Changed, Unchanged int }

// ImportUsers adds the users to the tenant. Users that the tenant knows already, by external id, get the new
// names and emails; an empty one keeps what is known. It imports all users or none.
func (s *Service) ImportUsers(ctx context.Context, tenant licensing.ID, users []licensing.User) error {
	_, err := s.importUsers(ctx, tenant, users, false)

	return err
}

// ImportUserFile is [Service.ImportUsers] for the users of a file. A dry run changes nothing.
func (s *Service) ImportUserFile(ctx context.Context, tenant licensing.ID, file *UserFile, dryRun bool) (UserChanges, error) {
	return s.importUsers(ctx, tenant, file.Users, dryRun)
}

func (s *Service) importUsers(ctx context.Context, tenant licensing.ID, users []licensing.User, dryRun bool) (UserChanges, error) {
	at := licensing.Instant(s.now())

	// All transactions lock users in this order.
	sorted := slices.SortedFunc(slices.Values(users), func(a, b licensing.User) int {
		return strings.Compare(a.ExternalID, b.ExternalID)
	})
	for i := range sorted {
		sorted[i].ID, sorted[i].CreatedAt = licensing.NewID(at), at
	}

	var changes UserChanges

	err := s.store.InTx(ctx, tenant, func(tx *store.Tx) error {
		// The store may call this more than once.
		changes = UserChanges{}

		for chunk := range slices.Chunk(sorted, importChunk) {
			ids := make([]string, len(chunk))
			for i, user := range chunk {
				ids[i] = user.ExternalID
			}

			known, err := tx.KnownUsers(ctx, ids)
			if err != nil {
				return err
			}

			save, planned := planUsers(chunk, known)
			changes.Added += planned.Added
			changes.Changed += planned.Changed
			changes.Unchanged += planned.Unchanged

			if dryRun {
				continue
			}

			if err := tx.SaveUsers(ctx, save); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return UserChanges{}, fmt.Errorf("import users: %w", err)
	}

	return changes, nil
}

// planUsers compares users of a file with those that the tenant knows. It returns the users to save: new ones, and those
// to whom the file gives another name or email.
func planUsers(users []licensing.User, known store.KnownUsers) (save []licensing.User, changes UserChanges) {
	for _, user := range users {
		before, exists := known.Find(user.ExternalID)
		after := before.NamedAs(licensing.Person{DisplayName: user.DisplayName, Email: user.Email})

		switch {
		case !exists:
			changes.Added++
			after = user
		case after == before:
			changes.Unchanged++

			continue
		default:
			changes.Changed++
		}

		known.Add(after) // The file may have the same user twice, in another spelling.

		save = append(save, after)
	}

	return save, changes
}
