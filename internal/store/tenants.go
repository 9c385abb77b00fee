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

// CreateTenant adds a tenant with auto-claim off. It refuses an empty name or external id, and one that another tenant
// has, and texts with characters that cannot be seen.
func (s *Store) CreateTenant(ctx context.Context, name, externalID string, at time.Time) (licensing.Tenant, error) {
	name, externalID = strings.TrimSpace(name), strings.TrimSpace(externalID)
	if name == "" || externalID == "" {
		return licensing.Tenant{}, licensing.Refuse(licensing.CodeInvalidInput, "name",
			"A tenant needs a name and the identity provider's id of the organization.")
	}

	if err := errors.Join(licensing.CheckLabel("name", name), licensing.CheckLabel("external id", externalID)); err != nil {
		return licensing.Tenant{}, err
	}

	row := tenantRow{
		ID: licensing.NewID(at), Name: name, NameKey: licensing.Fold(name), ExternalID: externalID,
		TimeZone: "UTC", ConfigVersion: 1, CreatedAt: licensing.Instant(at),
	}

	err := s.database.Writer().WithContext(ctx).Create(&row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return licensing.Tenant{}, licensing.Refuse(licensing.CodeNameTaken, "name",
			"A tenant with this name or external id exists already. See 'autoclaim tenant list'.")
	}

	if err != nil {
		return licensing.Tenant{}, fmt.Errorf("create the tenant: %w", err)
	}

	return row.domain(), nil
}

// Tenants returns all tenants by name.
func (s *Store) Tenants(ctx context.Context) ([]licensing.Tenant, error) {
	return all[tenantRow](s.database.Reader().WithContext(ctx).Order("name_key"), "the tenants")
}

// TenantByExternalID returns the tenant with the identity provider's id of the organization, or
// [licensing.ErrNotFound].
func (s *Store) TenantByExternalID(ctx context.Context, externalID string) (licensing.Tenant, error) {
	row, err := one[tenantRow](s.database.SignInReader().WithContext(ctx).Where("external_id = ?", externalID), "the tenant")

	return row.domain(), err
}

// TenantByName returns the tenant with this name, ignoring case, or [licensing.ErrNotFound].
func (s *Store) TenantByName(ctx context.Context, name string) (licensing.Tenant, error) {
	key := licensing.Fold(strings.TrimSpace(name))
	row, err := one[tenantRow](s.database.Reader().WithContext(ctx).Where("name_key = ?", key), "the tenant")

	return row.domain(), err
}

// Tenant returns the handle's tenant.
func (h Handle) Tenant(ctx context.Context) (licensing.Tenant, error) {
	row, err := one[tenantRow](h.begin(ctx).Where("id = ?", h.tenant), "the tenant")

	return row.domain(), err
}

// LockTenant returns the tenant and locks it until the transaction ends: other transactions can change neither its
// settings, its policies, nor its subscriptions. Claims do not wait for this lock. Take it before all others.
func (tx *Tx) LockTenant(ctx context.Context) (licensing.Tenant, error) {
	query := tx.database.LockRows(tx.db.WithContext(ctx).Where("id = ?", tx.tenant))
	row, err := one[tenantRow](query, "the tenant")

	return row.domain(), err
}

// SaveSettings stores the tenant's settings. The tenant must be locked.
func (tx *Tx) SaveSettings(ctx context.Context, settings licensing.Settings) error {
	return tx.changeConfig(ctx, map[string]any{
		"auto_claim_enabled": settings.AutoClaimEnabled, "time_zone": settings.TimeZone,
		"fold_external_ids": settings.ExternalIDMatching == licensing.MatchFolded,
	})
}

// changeConfig raises the version of the tenant's configuration, and makes the changes to other columns of the tenant's
// row. By the version, every server finds out that its cached policies are out of date.
func (tx *Tx) changeConfig(ctx context.Context, changes map[string]any) error {
	changes["config_version"] = gorm.Expr("config_version + 1")

	err := tx.db.WithContext(ctx).Model(&tenantRow{}).Where("id = ?", tx.tenant).Updates(changes).Error
	if err != nil {
		return fmt.Errorf("change the tenant: %w", err)
	}

	return nil
}
