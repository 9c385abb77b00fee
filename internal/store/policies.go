package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Policies returns the live policies by name. A tenant has at most one for each claimable app.
func (h Handle) Policies(ctx context.Context) ([]licensing.Policy, error) {
	return h.policies(ctx, h.from(ctx, &policyRow{}).Where("deleted_at IS NULL").Order("name_key, id"))
}

// PoliciesByID returns those of the policies that exist, deleted ones included.
func (h Handle) PoliciesByID(ctx context.Context, ids []licensing.ID) ([]licensing.Policy, error) {
	return h.policies(ctx, h.from(ctx, &policyRow{}).Where(h.anyOf("id", ids)))
}

// Policy returns a policy, which may be a deleted one, or [ErrNotFound].
func (h Handle) Policy(ctx context.Context, id licensing.ID) (licensing.Policy, error) {
	found, err := h.PoliciesByID(ctx, []licensing.ID{id})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("the policy: %w", ErrNotFound)
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
		productsOf[p.PolicyID] = append(productsOf[p.PolicyID],
			licensing.PolicyProduct{ProductID: p.ProductID, AppsOff: p.AppsOff})
	}

	policies := make([]licensing.Policy, len(rows))
	for i, row := range rows {
		policies[i] = licensing.Policy{
			ID: row.ID, Name: row.Name, AppID: row.AppID, Enabled: row.Enabled, Version: row.Version,
			Products: productsOf[row.ID], CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(),
			DeletedAt: utc(row.DeletedAt),
		}
	}

	return policies, nil
}

// InsertPolicy adds a policy with its products. The tenant must be locked.
func (tx *Tx) InsertPolicy(ctx context.Context, policy licensing.Policy) error {
	if err := insert(ctx, tx, tx.policyRow(policy)); err != nil {
		return err
	}

	if err := tx.insertPolicyProducts(ctx, policy); err != nil {
		return err
	}

	return tx.configChanged(ctx, map[string]any{})
}

// SavePolicy replaces a policy and its products. The tenant must be locked.
func (tx *Tx) SavePolicy(ctx context.Context, policy licensing.Policy) error {
	row := tx.policyRow(policy)
	if err := tx.db.WithContext(ctx).Select("*").Omit("created_at").Updates(&row).Error; err != nil {
		return fmt.Errorf("save the policy: %w", err)
	}

	err := tx.db.WithContext(ctx).Where("tenant_id = ? AND policy_id = ?", tx.tenant, policy.ID).
		Delete(&policyProductRow{}).Error
	if err != nil {
		return fmt.Errorf("replace the policy's products: %w", err)
	}

	if err := tx.insertPolicyProducts(ctx, policy); err != nil {
		return err
	}

	return tx.configChanged(ctx, map[string]any{})
}

func (tx *Tx) policyRow(p licensing.Policy) policyRow {
	return policyRow{
		TenantID: tx.tenant, ID: p.ID, Name: p.Name, NameKey: licensing.Fold(p.Name), AppID: p.AppID,
		Enabled: p.Enabled, Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, DeletedAt: p.DeletedAt,
	}
}

func (tx *Tx) insertPolicyProducts(ctx context.Context, policy licensing.Policy) error {
	rows := make([]policyProductRow, len(policy.Products))
	for position, product := range policy.Products {
		rows[position] = policyProductRow{
			TenantID: tx.tenant, PolicyID: policy.ID, Position: position,
			ProductID: product.ProductID, AppsOff: notNil(product.AppsOff),
		}
	}

	return insert(ctx, tx, rows...)
}
