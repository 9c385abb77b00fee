package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Pools returns all the tenant's license pools by product.
func (h Handle) Pools(ctx context.Context) (map[licensing.ID]licensing.Pool, error) {
	return pools(h.from(ctx, &poolRow{}))
}

// PoolsOf returns the pools of these products. A product that the tenant never bought has none.
func (h Handle) PoolsOf(ctx context.Context, products []licensing.ID) (map[licensing.ID]licensing.Pool, error) {
	return pools(h.from(ctx, &poolRow{}).Where(h.anyOf("product_id", products)))
}

// LockPools returns the pools of these products and locks them until the transaction ends. It locks them in the order
// of the products' ids, so that two transactions cannot wait for each other.
func (tx *Tx) LockPools(ctx context.Context, products []licensing.ID) (map[licensing.ID]licensing.Pool, error) {
	return pools(tx.locking(ctx, &poolRow{}).Where(tx.anyOf("product_id", products)).Order("product_id"))
}

// LockAllPools returns all the tenant's pools, locked as by [Tx.LockPools]. Every transaction that changes a counter of
// the tenant takes such a lock: while these are held, all counters stay as they are, and all changes are committed.
func (tx *Tx) LockAllPools(ctx context.Context) (map[licensing.ID]licensing.Pool, error) {
	return pools(tx.locking(ctx, &poolRow{}).Order("product_id"))
}

// CountPools computes, from the subscriptions and the licenses, what the pools of the tenant's products should be. A
// product with neither is left out.
func (h Handle) CountPools(ctx context.Context) (map[licensing.ID]licensing.Pool, error) {
	type count struct {
		ProductID licensing.ID
		N         int
	}

	var assigned, totals []count

	err := h.from(ctx, &licenseRow{}).Where("removed_at IS NULL").Group("product_id").
		Select("product_id, count(*) AS n").Find(&assigned).Error
	if err != nil {
		return nil, fmt.Errorf("count the active licenses: %w", err)
	}

	err = h.from(ctx, &subscriptionRow{}).Where("status IN ?", licensing.CountingStatuses()).Group("product_id").
		Select("product_id, sum(quantity) AS n").Find(&totals).Error
	if err != nil {
		return nil, fmt.Errorf("add up the subscriptions: %w", err)
	}

	counted := make(map[licensing.ID]licensing.Pool)

	for _, c := range assigned {
		counted[c.ProductID] = licensing.Pool{ProductID: c.ProductID, Assigned: c.N}
	}

	for _, c := range totals {
		counted[c.ProductID] = licensing.Pool{ProductID: c.ProductID, Assigned: counted[c.ProductID].Assigned, Total: c.N}
	}

	return counted, nil
}

func pools(query *gorm.DB) (map[licensing.ID]licensing.Pool, error) {
	found, err := all[poolRow](query, "the license pools")
	if err != nil {
		return nil, err
	}

	byProduct := make(map[licensing.ID]licensing.Pool, len(found))
	for _, pool := range found {
		byProduct[pool.ProductID] = pool
	}

	return byProduct, nil
}

// LockPool returns the product's pool and locks it until the transaction ends. If the tenant never bought the product,
// it returns an empty pool, which is not stored and not locked.
func (tx *Tx) LockPool(ctx context.Context, product licensing.ID) (licensing.Pool, error) {
	locked, err := tx.LockPools(ctx, []licensing.ID{product})
	pool := locked[product]
	pool.ProductID = product

	return pool, err
}

// LockPoolOfSubscription returns the pool of a subscription's product and locks it until the transaction ends: other
// transactions can change neither the pool nor its subscriptions. It returns [licensing.ErrNotFound] if there is no
// such subscription.
func (tx *Tx) LockPoolOfSubscription(ctx context.Context, subscription licensing.ID) (licensing.Pool, error) {
	product := tx.from(ctx, &subscriptionRow{}).Select("product_id").Where("id = ?", subscription)
	row, err := one[poolRow](tx.locking(ctx, &poolRow{}).Where("product_id = (?)", product), "the license pool")

	return row.domain(), err
}

// OwnedLicenses returns how many licenses the tenant owns: the sum of the totals of its pools. While the tenant is
// locked, it stays as it is.
func (h Handle) OwnedLicenses(ctx context.Context) (int, error) {
	var owned int
	if err := h.from(ctx, &poolRow{}).Select("coalesce(sum(total), 0)").Scan(&owned).Error; err != nil {
		return 0, fmt.Errorf("add up the totals of the license pools: %w", err)
	}

	return owned, nil
}

// CreatePool adds an empty pool for the product, unless there is a pool.
func (tx *Tx) CreatePool(ctx context.Context, product licensing.ID) error {
	row := poolRow{TenantID: tx.tenant, ProductID: product}
	if err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("create the license pool: %w", err)
	}

	return nil
}

// AddToPool adds to a pool's total and to its number of assigned licenses. Both may be negative. The tenant must be
// locked for a change of the total; see [Handle.OwnedLicenses].
func (tx *Tx) AddToPool(ctx context.Context, product licensing.ID, total, assigned int) error {
	err := tx.from(ctx, &poolRow{}).Where("product_id = ?", product).Updates(map[string]any{
		"total":    gorm.Expr("total + ?", total),
		"assigned": gorm.Expr("assigned + ?", assigned),
	}).Error
	if err != nil {
		return fmt.Errorf("count in the license pool: %w", err)
	}

	tx.change.AddPool(product)

	return nil
}

// NamedPool is a license pool with the external id of its tenant and the code of its product.
type NamedPool struct {
	licensing.Pool

	TenantExternalID string
	ProductCode      string
}

// PoolsOfTenants returns the pools of the tenants with these external ids, at most limit of them, in the order of the
// external ids and of the products' codes.
func (s *Store) PoolsOfTenants(ctx context.Context, externalIDs []string, limit int) ([]NamedPool, error) {
	var rows []struct {
		ExternalID      string
		Code            string
		ProductID       licensing.ID
		Total, Assigned int
	}

	err := s.database.Reader().WithContext(ctx).Table("license_pools lp").
		Select("t.external_id, p.code, lp.product_id, lp.total, lp.assigned").
		Joins("JOIN tenants t ON t.id = lp.tenant_id").
		Joins("JOIN products p ON p.id = lp.product_id").
		Where("t.external_id IN ?", externalIDs).
		Order("t.external_id, p.code, lp.product_id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the tenants' pools: %w", err)
	}

	pools := make([]NamedPool, len(rows))
	for i, row := range rows {
		pools[i] = NamedPool{
			Pool:             licensing.Pool{ProductID: row.ProductID, Total: row.Total, Assigned: row.Assigned},
			TenantExternalID: row.ExternalID, ProductCode: row.Code,
		}
	}

	return pools, nil
}
