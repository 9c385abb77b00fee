package store

import (
	"context"
	"io/fs"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/migration"
)

// Models returns a value of each row type that has a table.
func Models() []any {
	return []any{
		&schemaStateRow{}, &catalogStateRow{}, &appRow{}, &productRow{}, &productAppRow{}, &tenantRow{}, &poolRow{},
		&subscriptionRow{}, &userRow{}, &policyRow{}, &policyProductRow{}, &licenseRow{}, &claimRow{},
		&claimDayRow{}, &missedClaimRow{}, &auditEventRow{},
	}
}

// Writer is the connection that writes.
func (s *Store) Writer() *gorm.DB { return s.database.Writer() }

// Migrations are the program's migrations.
func (s *Store) Migrations() fs.FS { return s.database.Migrations() }

// MigrateFiles runs other migrations than the program's.
func (s *Store) MigrateFiles(ctx context.Context, files fs.FS, retries migration.LockRetries) (int, error) {
	return s.migrate(ctx, files, retries)
}

// SetPoolTotal writes a total that was read earlier, which is correct only under a lock.
func (tx *Tx) SetPoolTotal(ctx context.Context, product licensing.ID, total int) error {
	return tx.from(ctx, &poolRow{}).Where("product_id = ?", product).Update("total", total).Error
}

// FewUsers is the largest number of users of whom a list is read user by user.
const FewUsers = fewUsers

// TablesWithRights are the tables whose rights are checked.
func TablesWithRights() []string { return slices.Sorted(maps.Keys(readRights())) }
