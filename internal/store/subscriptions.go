package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// SubscriptionFilter restricts a list of subscriptions; a nil field restricts nothing.
type SubscriptionFilter struct {
	ProductID *licensing.ID
	Status    *licensing.SubscriptionStatus
}

// Subscriptions lists subscriptions, newest first.
func (h Handle) Subscriptions(filter SubscriptionFilter) paging.List[licensing.Subscription] {
	return lazyList[subscriptionRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &subscriptionRow{})
		query = whereEqual(query, "product_id", filter.ProductID)

		return whereEqual(query, "status", filter.Status)
	}, byNewest(), func(s licensing.Subscription) paging.Cursor { return paging.Cursor{ID: s.ID} })
}

// Subscription returns a subscription, or [licensing.ErrNotFound].
func (h Handle) Subscription(ctx context.Context, id licensing.ID) (licensing.Subscription, error) {
	row, err := one[subscriptionRow](h.from(ctx, &subscriptionRow{}).Where("id = ?", id), "the subscription")

	return row.domain(), err
}

// InsertSubscription adds a subscription. Its product must have a pool, whose total must follow; see [Tx.CreatePool]
// and [Tx.AddToPool].
func (tx *Tx) InsertSubscription(ctx context.Context, s licensing.Subscription) error {
	return insert(ctx, tx, subscriptionRow{
		TenantID: tx.tenant, ID: s.ID, ProductID: s.ProductID, Quantity: s.Quantity, Status: s.Status,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	})
}

// SaveSubscription stores quantity, status and time of the update. The product's pool must be locked, and its total
// must follow; see [Tx.AddToPool].
func (tx *Tx) SaveSubscription(ctx context.Context, s licensing.Subscription) error {
	err := tx.from(ctx, &subscriptionRow{}).Where("id = ?", s.ID).Updates(map[string]any{
		"quantity": s.Quantity, "status": s.Status, "updated_at": s.UpdatedAt,
	}).Error
	if err != nil {
		return fmt.Errorf("save the subscription: %w", err)
	}

	return nil
}
