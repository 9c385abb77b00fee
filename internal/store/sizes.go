package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// RowsUpTo counts the tenant's rows in one of the tables that grow with use, by the table's name: users, licenses, claims,
// missed_claims or audit_events. It stops at most, and waits for a turn of the tenant.
func (s *Store) RowsUpTo(ctx context.Context, tenant licensing.ID, table string, most int) (int, error) {
	models := map[string]any{
		"users": &userRow{}, "licenses": &licenseRow{}, "claims": &claimRow{}, "missed_claims": &missedClaimRow{},
		"audit_events": &auditEventRow{},
	}

	model, known := models[table]
	if !known {
		return 0, fmt.Errorf("no table %q grows with use", table)
	}

	handle := s.For(tenant)

	rows := handle.db.Session(&gorm.Session{NewDB: true}).Model(model).Select("1").Where("tenant_id = ?", tenant).Limit(most)

	found, err := count(handle.begin(ctx).Table("(?) AS found", rows))
	if err != nil {
		return 0, fmt.Errorf("rows of %s: %w", table, err)
	}

	return found, nil
}
