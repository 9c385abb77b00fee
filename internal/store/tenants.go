package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// CreateTenant adds a tenant with auto-claim off. It refuses an empty name or external id, and one that another tenant
// has, and texts with characters that cannot be seen. It stores the external id as [licensing.OrganizationID] returns it.
func (s *Store) CreateTenant(ctx context.Context, name, externalID string, at time.Time) (licensing.Tenant, error) {
	name, externalID = strings.TrimSpace(name), strings.TrimSpace(externalID)
	if name == "" || externalID == "" {
		return licensing.Tenant{}, licensing.Refuse(licensing.CodeInvalidInput, "name",
			"A tenant needs a name and the identity provider's id of the organization.")
	}

	if err := errors.Join(licensing.CheckLabel("name", name), licensing.CheckLabel("external id", externalID)); err != nil {
		return licensing.Tenant{}, err
	}

	externalID = licensing.OrganizationID(externalID)

	same, err := s.tenantsOf(ctx, s.database.Writer(), externalID)
	if err != nil {
		return licensing.Tenant{}, err
	}

	if len(same) > 0 {
		return licensing.Tenant{}, tenantExists(same[0])
	}

	row := tenantRow{
		ID: licensing.NewID(at), Name: name, NameKey: licensing.Fold(name), ExternalID: externalID,
		TimeZone: "UTC", ConfigVersion: 1, CreatedAt: licensing.Instant(at),
	}

	err = s.database.Writer().WithContext(ctx).Create(&row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return licensing.Tenant{}, licensing.Refuse(licensing.CodeNameTaken, "name",
			"A tenant with this name or external id exists already. See 'autoclaim tenant list'.")
	}

	if err != nil {
		return licensing.Tenant{}, fmt.Errorf("create the tenant: %w", err)
	}

	return row.domain(), nil
}

func tenantExists(tenant licensing.Tenant) error {
	if tenant.DeletedAt != nil {
		return licensing.Refuse(licensing.CodeNameTaken, "externalId",
			"The tenant %q with this external id is not deleted completely. Run 'autoclaim tenant delete' for it again.", tenant.Name)
	}

	return licensing.Refuse(licensing.CodeNameTaken, "externalId",
		"A tenant with this external id exists already: %q, with %s. See 'autoclaim tenant list'.", tenant.Name, tenant.ExternalID)
}

// tenantsOf returns the tenants with the same external id: first the one with the id as it is written, then the others,
// the oldest first. Only tenants that were created before ids were compared as GUIDs can be more than one.
func (s *Store) tenantsOf(ctx context.Context, db *gorm.DB, externalID string) ([]licensing.Tenant, error) {
	query := db.WithContext(ctx).Order("created_at")

	if forms, isGUID := licensing.OrganizationIDs(externalID); isGUID {
		query = query.Where("lower(external_id) IN ?", forms)
	} else {
		query = query.Where("external_id = ?", externalID)
	}

	tenants, err := all[tenantRow](query, "the tenant")
	slices.SortStableFunc(tenants, func(a, b licensing.Tenant) int {
		rank := map[bool]int{true: 0, false: 1}

		return rank[a.ExternalID == externalID] - rank[b.ExternalID == externalID]
	})

	return tenants, err
}

// Tenants returns all tenants by name, those that are being deleted included.
func (s *Store) Tenants(ctx context.Context) ([]licensing.Tenant, error) {
	return all[tenantRow](s.database.Reader().WithContext(ctx).Order("name_key"), "the tenants")
}

// TenantIDs returns the ids of all tenants that are not being deleted.
func (s *Store) TenantIDs(ctx context.Context) (map[licensing.ID]bool, error) {
	var ids []licensing.ID

	query := s.database.SignInReader().WithContext(ctx).Model(&tenantRow{}).Where("deleted_at IS NULL")
	if err := query.Pluck("id", &ids).Error; err != nil {
		return nil, fmt.Errorf("read the ids of tenants: %w", err)
	}

	found := make(map[licensing.ID]bool, len(ids))
	for _, id := range ids {
		found[id] = true
	}

	return found, nil
}

// TenantByExternalID returns the tenant with the identity provider's id of the organization, or
// [licensing.ErrNotFound]. A tenant that is being deleted is not found.
func (s *Store) TenantByExternalID(ctx context.Context, externalID string) (licensing.Tenant, error) {
	tenants, err := s.tenantsOf(ctx, s.database.SignInReader(), externalID)
	if err != nil {
		return licensing.Tenant{}, err
	}

	for _, tenant := range tenants {
		if tenant.DeletedAt == nil {
			return tenant, nil
		}
	}

	return licensing.Tenant{}, fmt.Errorf("the tenant: %w", licensing.ErrNotFound)
}

// TenantByName returns the tenant with this name, ignoring case, or [licensing.ErrNotFound]. It may be one that is being
// deleted.
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

// SaveName renames the tenant, or refuses a name that another tenant has. The tenant must be locked.
func (tx *Tx) SaveName(ctx context.Context, name string) error {
	query := tx.db.WithContext(ctx).Model(&tenantRow{}).Where("id = ?", tx.tenant)

	err := query.Updates(map[string]any{"name": name, "name_key": licensing.Fold(name)}).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return licensing.Refuse(licensing.CodeNameTaken, "name",
			"Another tenant has this name. Choose another one; see 'autoclaim tenant list'.")
	}

	if err != nil {
		return fmt.Errorf("rename the tenant: %w", err)
	}

	return nil
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
