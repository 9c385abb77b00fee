package testbed

import (
	"context"
	"fmt"

	"github.com/autoclaim/autoclaim/test/faults/checker"
)

// duplicateLicense inserts a second active license of the same product and user, as a bug could.
const duplicateLicense = `
INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
SELECT tenant_id, $1, user_id, product_id, source, policy_id, apps_off, assigned_at FROM licenses WHERE removed_at IS NULL LIMIT 1`

// TryDuplicateLicense checks that the database itself rejects a second active license of the same product and user. The
// servers never try this, because row locks prevent it.
func (b *Testbed) TryDuplicateLicense(ctx context.Context) []checker.Violation {
	violation := func(format string, args ...any) []checker.Violation {
		return []checker.Violation{{Kind: checker.GivenTwice, Message: fmt.Sprintf(format, args...)}}
	}

	db, err := b.open()
	if err != nil {
		return violation("open: %v", err)
	}

	defer func() { _ = db.Close() }()

	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return violation("begin: %v", err)
	}

	defer func() { _ = tx.Rollback() }() // The license must not remain.

	added, err := tx.ExecContext(ctx, duplicateLicense, "00000000-0000-7000-8000-000000000000")
	if err != nil {
		return nil
	}

	if rows, err := added.RowsAffected(); err != nil || rows > 0 {
		return violation("the database accepted a second active license of the same product and user")
	}

	return nil // No user holds a license.
}
