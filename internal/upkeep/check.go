// Package upkeep checks the rules that must hold of a database, repairs its counters, and makes backups.
package upkeep

import (
	"context"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Violation is something in the database that breaks a rule.
type Violation struct {
	// Rule is the rule, as a sentence.
	Rule string
	// TenantID and Tenant are the id and the name of the tenant whose data it is.
	TenantID licensing.ID
	Tenant   string
	// Object names what breaks the rule.
	Object string
	// Recountable says that it is a counter, which [Repair] can correct.
	Recountable bool
}

// Check returns everything in the database that breaks a rule. It leaves out tenants that are being deleted. It reads the state of one moment and changes nothing. It
// may take long on a large database.
func Check(ctx context.Context, db *store.Store) ([]Violation, error) {
	var violations []Violation

	err := db.InSnapshot(ctx, func(snapshot store.Snapshot) error {
		deleted, err := deletedTenants(snapshot)
		if err != nil {
			return err
		}

		for _, invariant := range invariants(snapshot) {
			var found []struct {
				ID           licensing.ID
				Name, Object string
			}
			if err := snapshot.Query(&found, invariant.query, invariant.args...); err != nil {
				return fmt.Errorf("check that %s: %w", invariant.rule, err)
			}

			for _, f := range found {
				if deleted[f.ID] {
					continue
				}

				violations = append(violations, Violation{
					Rule: invariant.rule, TenantID: f.ID, Tenant: f.Name, Object: f.Object, Recountable: invariant.recountable,
				})
			}
		}

		return nil
	})

	return violations, err
}

func deletedTenants(snapshot store.Snapshot) (map[licensing.ID]bool, error) {
	var found []struct{ ID licensing.ID }
	if err := snapshot.Query(&found, "SELECT id FROM tenants WHERE deleted_at IS NOT NULL"); err != nil {
		return nil, fmt.Errorf("read which tenants are being deleted: %w", err)
	}

	deleted := make(map[licensing.ID]bool, len(found))
	for _, tenant := range found {
		deleted[tenant.ID] = true
	}

	return deleted, nil
}
