package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// CatalogTx reads what a change of the catalog means for tenants, in the transaction of [Store.ChangeCatalogInTx]. It must
// not be used concurrently.
type CatalogTx struct {
	db       *gorm.DB
	database Database
	catalog  *licensing.Catalog
}

// Catalog returns the catalog before the change. The caller must not change it.
func (tx CatalogTx) Catalog() *licensing.Catalog { return tx.catalog }

// PolicyUse says which products a policy of a tenant uses.
type PolicyUse struct {
	Tenant, Policy string
	Enabled        bool
	AppID          licensing.ID
	// Products are in the policy's order.
	Products []licensing.ID
}

// policyUseRow is one product of a policy.
type policyUseRow struct {
	Tenant, Policy string
	PolicyID       licensing.ID
	Enabled        bool
	AppID          licensing.ID
	ProductID      licensing.ID
}

// PoliciesFor calls each for each policy of any tenant that has one of the apps and is not deleted, by tenant and name.
// It reads them one by one: there may be more than fit into memory. each must not use the transaction.
func (tx CatalogTx) PoliciesFor(ctx context.Context, apps []licensing.ID, each func(PolicyUse)) (err error) {
	if len(apps) == 0 {
		return nil
	}

	query := tx.db.WithContext(ctx).Table("policies").
		Select("tenants.name AS tenant, policies.name AS policy, policies.id AS policy_id, policies.enabled, " +
			"policies.app_id, policy_products.product_id").
		Joins("JOIN tenants ON tenants.id = policies.tenant_id").
		Joins("JOIN policy_products ON policy_products.tenant_id = policies.tenant_id AND policy_products.policy_id = policies.id").
		Where("policies.deleted_at IS NULL").Where(tx.database.AnyOf("policies.app_id", apps)).
		Order("tenants.name_key, policies.name_key, policies.id, policy_products.position")

	rows, err := query.Rows()
	if err != nil {
		return fmt.Errorf("read the policies of apps: %w", err)
	}

	defer func() { err = errors.Join(err, rows.Close()) }()

	var (
		use  PolicyUse
		last licensing.ID
	)

	for rows.Next() {
		var row policyUseRow
		if err := query.ScanRows(rows, &row); err != nil {
			return fmt.Errorf("read a policy of an app: %w", err)
		}

		if row.PolicyID != last {
			if use.Products != nil {
				each(use)
			}

			last = row.PolicyID
			use = PolicyUse{Tenant: row.Tenant, Policy: row.Policy, Enabled: row.Enabled, AppID: row.AppID}
		}

		use.Products = append(use.Products, row.ProductID)
	}

	if use.Products != nil {
		each(use)
	}

	return rows.Err()
}

// Holders counts the assigned licenses of a product, and the tenants that have some.
type Holders struct{ Licenses, Tenants int }

// AssignedLicenses returns the assigned licenses of all products of which there are some.
func (tx CatalogTx) AssignedLicenses(ctx context.Context) (map[licensing.ID]Holders, error) {
	var rows []struct {
		ProductID         licensing.ID
		Licenses, Tenants int
	}

	err := tx.db.WithContext(ctx).Model(&poolRow{}).
		Select("product_id, CAST(SUM(assigned) AS bigint) AS licenses, COUNT(*) AS tenants").
		Where("assigned > 0").Group("product_id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count the assigned licenses of products: %w", err)
	}

	holders := make(map[licensing.ID]Holders, len(rows))
	for _, row := range rows {
		holders[row.ProductID] = Holders{Licenses: row.Licenses, Tenants: row.Tenants}
	}

	return holders, nil
}
