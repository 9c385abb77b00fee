package sqlite

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// licenseColumns are the columns of a license l in the order in which [licenseRow] scans them.
const licenseColumns = `l.id, l.user_id, l.product_id, l.source, l.policy_id, l.apps_off, l.assigned_at`

// licenseRow holds the columns of an active license; all are NULL where an outer join found none. One value can scan
// row after row.
type licenseRow struct {
	id, user, product uuid.NullUUID
	source            sql.NullString
	policy            uuid.NullUUID
	appsOff           sql.RawBytes
	assignedAt        sql.NullTime
}

// appendTargets appends what [sql.Rows.Scan] needs to scan the columns.
func (r *licenseRow) appendTargets(targets []any) []any {
	return append(targets, &r.id, &r.user, &r.product, &r.source, &r.policy, &r.appsOff, &r.assignedAt)
}

// license returns the license that was scanned last; its id must not be NULL.
func (r *licenseRow) license() (licensing.License, error) {
	appsOff, err := columns.DecodeIDs(r.appsOff)
	if err != nil {
		return licensing.License{}, fmt.Errorf("read a license: %w", err)
	}

	license := licensing.License{
		ID: r.id.UUID, UserID: r.user.UUID, ProductID: r.product.UUID, Source: licensing.Source(r.source.String),
		AppsOff: appsOff, AssignedAt: r.assignedAt.Time.UTC(),
	}

	if r.policy.Valid {
		id := r.policy.UUID
		license.PolicyID = &id
	}

	return license, nil
}

// nullableTime converts a time that may be NULL.
func nullableTime(column sql.NullTime) *time.Time {
	if !column.Valid {
		return nil
	}

	at := column.Time.UTC()

	return &at
}
