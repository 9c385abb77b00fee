package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// policyRow is a row of the table policies. [newPolicyRow] and [policyRow.domain] name each of its columns.
type policyRow struct {
	TenantID  licensing.ID `gorm:"primaryKey"`
	ID        licensing.ID `gorm:"primaryKey"`
	Name      string
	NameKey   string
	AppID     licensing.ID
	Enabled   bool
	Version   int
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
	// A plain time: GORM's own soft deletion would hide deleted policies from reports.
	DeletedAt *time.Time
}

func (policyRow) TableName() string { return "policies" }

func newPolicyRow(tenant licensing.ID, p licensing.Policy) policyRow {
	return policyRow{
		TenantID: tenant, ID: p.ID, Name: p.Name, NameKey: licensing.Fold(p.Name), AppID: p.AppID,
		Enabled: p.Enabled, Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, DeletedAt: p.DeletedAt,
	}
}

// domain returns the policy with its products, which are rows of another table.
func (r policyRow) domain(products []licensing.PolicyProduct) licensing.Policy {
	return licensing.Policy{
		ID: r.ID, Name: r.Name, AppID: r.AppID, Enabled: r.Enabled, Version: r.Version, Products: products,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), DeletedAt: columns.UTC(r.DeletedAt),
	}
}

// policyProductRow is a row of the table policy_products.
type policyProductRow struct {
	TenantID  licensing.ID `gorm:"primaryKey"`
	PolicyID  licensing.ID `gorm:"primaryKey"`
	Position  int          `gorm:"primaryKey;autoIncrement:false"`
	ProductID licensing.ID
	AppsOff   []licensing.ID `gorm:"serializer:json"`
}

func (policyProductRow) TableName() string { return "policy_products" }

func newPolicyProductRow(tenant, policy licensing.ID, position int, p licensing.PolicyProduct) policyProductRow {
	return policyProductRow{
		TenantID: tenant, PolicyID: policy, Position: position, ProductID: p.ProductID, AppsOff: notNil(p.AppsOff),
	}
}

func (r policyProductRow) domain() licensing.PolicyProduct {
	return licensing.PolicyProduct{ProductID: r.ProductID, AppsOff: r.AppsOff}
}

// Policies returns the live policies by name. A tenant has at most one for each claimable app.
func (h Handle) Policies(ctx context.Context) ([]licensing.Policy, error) {
	return h.policies(ctx, h.from(ctx, &policyRow{}).Where("deleted_at IS NULL").Order("name_key, id"))
}

// PoliciesByID returns those of the policies that exist, deleted ones included.
func (h Handle) PoliciesByID(ctx context.Context, ids []licensing.ID) ([]licensing.Policy, error) {
	return h.policies(ctx, h.from(ctx, &policyRow{}).Where(h.anyOf("id", ids)))
}

// Policy returns a policy, which may be a deleted one, or [licensing.ErrNotFound].
func (h Handle) Policy(ctx context.Context, id licensing.ID) (licensing.Policy, error) {
	found, err := h.PoliciesByID(ctx, []licensing.ID{id})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("the policy: %w", licensing.ErrNotFound)
	}

	if err != nil {
		return licensing.Policy{}, err
	}

	return found[0], nil
}

func (h Handle) policies(ctx context.Context, query *gorm.DB) ([]licensing.Policy, error) {
	var rows []policyRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}

	if len(rows) == 0 {
		return []licensing.Policy{}, nil
	}

	ids := make([]licensing.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}

	var products []policyProductRow

	err := h.from(ctx, &policyProductRow{}).Where(h.anyOf("policy_id", ids)).
		Order("policy_id, position").Find(&products).Error
	if err != nil {
		return nil, fmt.Errorf("read the policies' products: %w", err)
	}

	productsOf := make(map[licensing.ID][]licensing.PolicyProduct, len(rows))
	for _, p := range products {
		productsOf[p.PolicyID] = append(productsOf[p.PolicyID], p.domain())
	}

	policies := make([]licensing.Policy, len(rows))
	for i, row := range rows {
		policies[i] = row.domain(productsOf[row.ID])
	}

	return policies, nil
}

// OtherPolicies returns the live policies but one, as the rules for that one need them.
func (h Handle) OtherPolicies(ctx context.Context, except licensing.ID) ([]licensing.OtherPolicy, error) {
	var others []licensing.OtherPolicy

	err := h.from(ctx, &policyRow{}).Where("deleted_at IS NULL AND id <> ?", except).Order("name_key, id").
		Select("name, app_id").Find(&others).Error
	if err != nil {
		return nil, fmt.Errorf("read the other policies: %w", err)
	}

	return others, nil
}

// InsertPolicy adds a policy with its products. The tenant must be locked.
func (tx *Tx) InsertPolicy(ctx context.Context, policy licensing.Policy) error {
	if err := insert(ctx, tx, newPolicyRow(tx.tenant, policy)); err != nil {
		return err
	}

	if err := tx.savePolicyProducts(ctx, policy.ID, nil, policy.Products); err != nil {
		return err
	}

	return tx.changeConfig(ctx, map[string]any{})
}

// SavePolicy stores a change of a policy: its row, and those of its products' rows that differ. before is the
// policy as it is in the database. The tenant must be locked.
func (tx *Tx) SavePolicy(ctx context.Context, before, after licensing.Policy) error {
	row := newPolicyRow(tx.tenant, after)
	if err := tx.db.WithContext(ctx).Select("*").Omit("created_at").Updates(&row).Error; err != nil {
		return fmt.Errorf("save the policy: %w", err)
	}

	if err := tx.savePolicyProducts(ctx, after.ID, before.Products, after.Products); err != nil {
		return err
	}

	return tx.changeConfig(ctx, map[string]any{})
}

// savePolicyProducts turns the rows of a policy's products before a change into those after it. It deletes rows
// first, since a policy must not have a product twice, not even for a moment.
func (tx *Tx) savePolicyProducts(
	ctx context.Context, policy licensing.ID, before, after []licensing.PolicyProduct,
) error {
	var (
		obsolete []int // Positions.
		changed  []policyProductRow
	)

	for position, product := range before {
		if position >= len(after) || after[position].ProductID != product.ProductID {
			obsolete = append(obsolete, position)
		}
	}

	for position, product := range after {
		if position >= len(before) || before[position].ProductID != product.ProductID ||
			!slices.Equal(before[position].AppsOff, product.AppsOff) {
			changed = append(changed, newPolicyProductRow(tx.tenant, policy, position, product))
		}
	}

	if len(obsolete) > 0 {
		err := tx.from(ctx, &policyProductRow{}).Where("policy_id = ? AND position IN ?", policy, obsolete).
			Delete(&policyProductRow{}).Error
		if err != nil {
			return fmt.Errorf("delete products of the policy: %w", err)
		}
	}

	if len(changed) > 0 {
		err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "policy_id"}, {Name: "position"}},
			DoUpdates: clause.AssignmentColumns([]string{"apps_off"}),
		}).Create(&changed).Error
		if err != nil {
			return fmt.Errorf("save the policy's products: %w", err)
		}
	}

	return nil
}
