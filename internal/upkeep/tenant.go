package upkeep

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// deletionChunk is how many rows of a tenant one transaction deletes.
	deletionChunk = 1000
	renameActor   = "autoclaim tenant rename"
)

// RenameTenant gives a tenant another name, and records an audit event. It refuses an empty name, and one that another
// tenant has.
func RenameTenant(ctx context.Context, db *store.Store, tenant licensing.ID, name string, at time.Time) error {
	name = strings.TrimSpace(name)
	if name == "" {
		return licensing.Refuse(licensing.CodeNameRequired, "name", "A tenant needs a name. Give one.")
	}

	if err := licensing.CheckLabel("name", name); err != nil {
		return err
	}

	err := db.InTx(ctx, tenant, func(tx *store.Tx) error {
		before, err := tx.LockTenant(ctx)
		if err != nil || before.Name == name {
			return err
		}

		if err := tx.SaveName(ctx, name); err != nil {
			return err
		}

		return recordAudit(ctx, tx, licensing.AuditEvent{
			At: licensing.Instant(at), Actor: renameActor, Action: "renameTenant",
			ObjectKind: licensing.KindTenant, ObjectID: tenant, RequestID: "rename",
		}, map[string]any{"name": before.Name}, map[string]any{"name": name})
	})
	if err != nil {
		return fmt.Errorf("rename the tenant: %w", err)
	}

	return nil
}

// BeginDeletion marks a tenant as deleted. Servers find it no longer, but those that know it may answer for it a little
// longer. It does nothing if the tenant is marked already.
func BeginDeletion(ctx context.Context, db *store.Store, tenant licensing.ID, at time.Time) error {
	err := db.InTx(ctx, tenant, func(tx *store.Tx) error {
		before, err := tx.LockTenant(ctx)
		if err != nil || before.DeletedAt != nil {
			return err
		}

		return tx.SaveDeleted(ctx, licensing.Instant(at))
	})
	if err != nil {
		return fmt.Errorf("mark the tenant as deleted: %w", err)
	}

	return nil
}

// DeleteTenant deletes all that a marked tenant has, and then the tenant, in many transactions. If it fails or ctx ends, the
// next call goes on where it ended.
func DeleteTenant(ctx context.Context, db *store.Store, tenant licensing.ID) error {
	for {
		done, err := db.DeleteTenantRows(ctx, tenant, deletionChunk)
		if err = errors.Join(err, ctx.Err()); err != nil {
			return fmt.Errorf("the tenant is deleted in part; run the same command again: %w", err)
		}

		if done {
			return nil
		}
	}
}
