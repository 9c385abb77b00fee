package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// tenantTable is a table with rows of tenants, and the columns that name a row within its tenant.
type tenantTable struct {
	name string
	key  []string
}

// tenantTables returns all tables with rows of tenants. A table comes before those that its rows refer to.
func tenantTables() []tenantTable {
	return []tenantTable{
		{"missed_claims", []string{"id"}},
		{"claim_days", []string{"day", "policy_id", "product_id"}},
		{"claims", []string{"id"}},
		{"licenses", []string{"id"}},
		{"policy_products", []string{"policy_id", "position"}},
		{"policies", []string{"id"}},
		{"subscriptions", []string{"id"}},
		{"license_pools", []string{"product_id"}},
		{"users", []string{"id"}},
		{"audit_events", []string{"id"}},
	}
}

// TenantContents counts what a tenant has.
type TenantContents struct {
	Users, ActiveLicenses, Subscriptions, Policies, Claims, AuditEvents int64
	// LastSignInAt is the time of the last sign-in of any user; nil if nobody has signed in.
	LastSignInAt *time.Time
}

// Contents counts what the tenant has. Deleted policies count too.
func (h Handle) Contents(ctx context.Context) (TenantContents, error) {
	var (
		contents TenantContents
		last     []userRow
	)

	active := h.from(ctx, &licenseRow{}).Where("removed_at IS NULL")
	latest := h.from(ctx, &userRow{}).Where("last_sign_in_at IS NOT NULL").Order("last_sign_in_at DESC").Limit(1)

	err := errors.Join(
		h.from(ctx, &userRow{}).Count(&contents.Users).Error, active.Count(&contents.ActiveLicenses).Error,
		h.from(ctx, &subscriptionRow{}).Count(&contents.Subscriptions).Error,
		h.from(ctx, &policyRow{}).Count(&contents.Policies).Error, h.from(ctx, &claimRow{}).Count(&contents.Claims).Error,
		h.from(ctx, &auditEventRow{}).Count(&contents.AuditEvents).Error, latest.Find(&last).Error,
	)
	if err != nil {
		return TenantContents{}, fmt.Errorf("count what the tenant has: %w", err)
	}

	if len(last) > 0 {
		contents.LastSignInAt = last[0].domain().LastSignInAt
	}

	return contents, nil
}

// SaveDeleted turns auto-claim off and stores that the tenant is being deleted. From then on, [Store.TenantByExternalID] does
// not find it.
func (tx *Tx) SaveDeleted(ctx context.Context, at time.Time) error {
	return tx.changeConfig(ctx, map[string]any{"auto_claim_enabled": false, "deleted_at": at})
}

// DeleteTenantRows deletes rows of a tenant that is being deleted, at most limit of them in one transaction, and the tenant
// itself with the last of them. done says that nothing is left.
func (s *Store) DeleteTenantRows(ctx context.Context, tenant licensing.ID, limit int) (done bool, err error) {
	for _, table := range tenantTables() {
		deleted, err := s.deleteSome(ctx, tenant, table, limit)
		if err != nil || deleted > 0 {
			return false, err
		}
	}

	err = s.retry(ctx, func() error {
		return s.database.Writer().WithContext(ctx).Where("id = ? AND deleted_at IS NOT NULL", tenant).Delete(&tenantRow{}).Error
	})
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return false, nil // Somebody has added a row in the meantime.
	}

	if err != nil {
		return false, fmt.Errorf("delete the tenant: %w", err)
	}

	return true, nil
}

func (s *Store) deleteSome(ctx context.Context, tenant licensing.ID, table tenantTable, limit int) (deleted int64, err error) {
	key := strings.Join(table.key, ", ")
	statement := fmt.Sprintf("DELETE FROM %s WHERE tenant_id = ? AND (%s) IN (SELECT %s FROM %s WHERE tenant_id = ? LIMIT ?)",
		table.name, key, key, table.name)

	err = s.retry(ctx, func() error {
		result := s.database.Writer().WithContext(ctx).Exec(statement, tenant, tenant, limit)
		deleted = result.RowsAffected

		return result.Error
	})
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return 1, nil // Somebody has added a row that refers to one of these. It is deleted first in the next call.
	}

	if err != nil {
		return 0, fmt.Errorf("delete rows of %s: %w", table.name, err)
	}

	return deleted, nil
}
