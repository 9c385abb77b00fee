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

// importChunk is how many users one statement saves.
const importChunk = 500

// ReadUsers reads a directory's export with the columns external_id, display_name and email; the first
// must not be empty. A broken file is an error that names its lines.
func ReadUsers(r io.Reader) ([]licensing.User, error) {
	var users []licensing.User

	lines := make(map[string]int)

	err := csvfile.Read(r, "the users file", []string{"external_id", "display_name", "email"},
		func(line int, cells []string) string {
			if err := licensing.CheckExternalID(cells[0]); err != nil {
				return "external_id: " + err.Error()
			}

			if first, repeated := lines[cells[0]]; repeated {
				return fmt.Sprintf("external_id %q is on line %d too", cells[0], first)
			}

			lines[cells[0]] = line
			users = append(users, licensing.User{ExternalID: cells[0], DisplayName: cells[1], Email: cells[2]})

			return ""
		})

	return users, err
}

// ImportUsers adds the users to the tenant, and gives those that it knows their names and emails, all
// or nothing.
func (s *Service) ImportUsers(ctx context.Context, tenant licensing.ID, users []licensing.User) error {
	err := s.store.InTx(ctx, tenant, func(tx *store.Tx) error {
		at := licensing.Instant(s.now())

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
