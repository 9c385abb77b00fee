package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// Pools returns all the tenant's license pools by product.
func (h Handle) Pools(ctx context.Context) (map[licensing.ID]licensing.Pool, error) {
	return pools(h.from(ctx, &poolRow{}))
}

// PoolsOf returns the pools of these products; a product that the tenant never had has none.
func (h Handle) PoolsOf(ctx context.Context, products []licensing.ID) (map[licensing.ID]licensing.Pool, error) {
	return pools(h.from(ctx, &poolRow{}).Where(h.anyOf("product_id", products)))
}

// LockPools returns the pools of these products and keeps other transactions from changing them. They
// are locked in the order of their ids, so that two transactions cannot wait for each other.
func (tx *Tx) LockPools(ctx context.Context, products []licensing.ID) (map[licensing.ID]licensing.Pool, error) {
	return pools(tx.locking(ctx, &poolRow{}).Where(tx.anyOf("product_id", products)).Order("product_id"))
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

// LockPool returns the product's pool and keeps other transactions from changing it. A product that the tenant
// never had gets an empty pool, which is not stored or locked.
func (tx *Tx) LockPool(ctx context.Context, product licensing.ID) (licensing.Pool, error) {
	locked, err := tx.LockPools(ctx, []licensing.ID{product})
	pool := locked[product]
	pool.ProductID = product

	return pool, err
}

// LockPoolOfSubscription returns the pool that a subscription counts in, and keeps other transactions from
// changing it or its subscriptions. It returns [ErrNotFound] if there is no such subscription.
func (tx *Tx) LockPoolOfSubscription(ctx context.Context, subscription licensing.ID) (licensing.Pool, error) {
	product := tx.from(ctx, &subscriptionRow{}).Select("product_id").Where("id = ?", subscription)
	row, err := one[poolRow](tx.locking(ctx, &poolRow{}).Where("product_id = (?)", product), "the license pool")

	return row.domain(), err
}

// CreatePool makes sure that the product has a pool. A new pool is empty.
func (tx *Tx) CreatePool(ctx context.Context, product licensing.ID) error {
	row := poolRow{TenantID: tx.tenant, ProductID: product}
	if err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("create the license pool: %w", err)
	}

	return nil
}

// AddToPool adds to a pool's total and to its count of assigned licenses; either may be negative.
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

// SubscriptionFilter restricts a list of subscriptions; a nil field restricts nothing.
type SubscriptionFilter struct {
	ProductID *licensing.ID
	Status    *licensing.SubscriptionStatus
}

// Subscriptions lists subscriptions, newest first.
func (h Handle) Subscriptions(filter SubscriptionFilter) paging.List[licensing.Subscription] {
	return lazily[subscriptionRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &subscriptionRow{})
		query = whereEqual(query, "product_id", filter.ProductID)

		return whereEqual(query, "status", filter.Status)
	}, byNewest(), func(s licensing.Subscription) paging.Cursor { return paging.Cursor{ID: s.ID} })
}

// whereEqual restricts a query to a column's value if there is one to restrict it to.
func whereEqual[V any](query *gorm.DB, column string, value *V) *gorm.DB {
	if value == nil {
		return query
	}

	return query.Where(column+" = ?", *value)
}

// Subscription returns a subscription, or [ErrNotFound].
func (h Handle) Subscription(ctx context.Context, id licensing.ID) (licensing.Subscription, error) {
	row, err := one[subscriptionRow](h.from(ctx, &subscriptionRow{}).Where("id = ?", id), "the subscription")

	return row.domain(), err
}

// InsertSubscription adds a subscription. Its product must have a pool; see [Tx.CreatePool] and [Tx.AddToPool].
func (tx *Tx) InsertSubscription(ctx context.Context, s licensing.Subscription) error {
	return insert(ctx, tx, subscriptionRow{
		TenantID: tx.tenant, ID: s.ID, ProductID: s.ProductID, Quantity: s.Quantity, Status: s.Status,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	})
}

// SaveSubscription stores quantity and status. Its product's pool must be locked; see [Tx.AddToPool].
func (tx *Tx) SaveSubscription(ctx context.Context, s licensing.Subscription) error {
	err := tx.from(ctx, &subscriptionRow{}).Where("id = ?", s.ID).Updates(map[string]any{
		"quantity": s.Quantity, "status": s.Status, "updated_at": s.UpdatedAt,
	}).Error
	if err != nil {
		return fmt.Errorf("save the subscription: %w", err)
	}

	return nil
}
