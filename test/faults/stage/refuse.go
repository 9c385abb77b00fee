package stage

import (
	"context"
	"fmt"

	"github.com/autoclaim/autoclaim/test/faults/checker"
)

// secondLicense gives somebody a second active license of a product, as broken code would.
const secondLicense = `
INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
SELECT tenant_id, $1, user_id, product_id, source, policy_id, apps_off, assigned_at FROM licenses WHERE removed_at IS NULL LIMIT 1`

// Refuses holds the last line: the database itself must not take a second active license of a product for a user,
// whatever the code does. Locks keep that from ever being tried, so here it is.
func (s *Stage) Refuses(ctx context.Context) []checker.Violation {
	broken := func(format string, args ...any) []checker.Violation {
		return []checker.Violation{{Kind: checker.GivenTwice, What: fmt.Sprintf(format, args...)}}
	}

	db, err := s.open()
	if err != nil {
		return broken("open: %v", err)
	}

	defer func() { _ = db.Close() }()

	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return broken("begin: %v", err)
	}

	defer func() { _ = tx.Rollback() }() // Nothing of it may stay.

	added, err := tx.ExecContext(ctx, secondLicense, "00000000-0000-7000-8000-000000000000")
	if err != nil {
		return nil
	}

	if rows, err := added.RowsAffected(); err != nil || rows > 0 {
		return broken("the database took a second active license of a product for a user")
	}

	return nil // Nobody holds any.
}
