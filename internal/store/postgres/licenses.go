package postgres

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// selectActiveLicenses reads the active licenses of the user u of the tenant $1, with the columns that [licenseRow]
// scans.
const selectActiveLicenses = `
  SELECT id, user_id, product_id, source, policy_id, apps_off, assigned_at FROM licenses
  WHERE tenant_id = $1 AND user_id = u.id AND removed_at IS NULL OFFSET 0`

// licenseRow holds the columns of an active license; all are NULL where an outer join found none. One value can scan
// row after row.
type licenseRow struct {
	id, user, product pgtype.UUID
	source            pgtype.Text
	policy            pgtype.UUID
	appsOff           []byte
	assignedAt        pgtype.Timestamptz
}

// appendTargets appends what [pgx.Rows.Scan] needs to scan the columns.
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
		ID: r.id.Bytes, UserID: r.user.Bytes, ProductID: r.product.Bytes, Source: licensing.Source(r.source.String),
		AppsOff: appsOff, AssignedAt: r.assignedAt.Time.UTC(),
	}

	if r.policy.Valid {
		id := licensing.ID(r.policy.Bytes)
		license.PolicyID = &id
	}

	return license, nil
}

// nullableTime converts a time that may be NULL.
func nullableTime(column pgtype.Timestamptz) *time.Time {
	if !column.Valid {
		return nil
	}

	at := column.Time.UTC()

	return &at
}
