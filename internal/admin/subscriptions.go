package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SubscriptionUpdate is what to change of a subscription; what is nil stays as it is.
type SubscriptionUpdate struct {
	Quantity *int
	Status   *licensing.SubscriptionStatus
}

// CreateSubscription adds a subscription, and its quantity to the product's license pool if it counts.
func (s *Service) CreateSubscription(
	ctx context.Context, actor Actor, product licensing.ID, quantity int, status licensing.SubscriptionStatus,
) (subscription licensing.Subscription, err error) {
	err = s.act(ctx, actor, "createSubscription", func(a *action) error {
		catalog, err := a.Catalog(ctx)
		if err != nil {
			return err
		}

		if _, known := catalog.Product(product); !known {
			return licensing.NotFound("productId", string(licensing.KindProduct))
		}

		subscription, err = licensing.NewSubscription(product, quantity, status, a.at)
		if err != nil {
			return err
		}

		if _, err := a.LockPool(ctx, product); err != nil {
			return err
		}

		if err := a.InsertSubscription(ctx, subscription); err != nil {
			return err
		}

		if err := a.AddToPool(ctx, product, subscription.CountedQuantity(), 0); err != nil {
			return err
		}

		return a.record(ctx, licensing.KindSubscription, subscription.ID, nil, subscription)
	})

	return subscription, err
}

// UpdateSubscription changes a subscription's quantity or status.
func (s *Service) UpdateSubscription(
	ctx context.Context, actor Actor, id licensing.ID, update SubscriptionUpdate,
) (subscription licensing.Subscription, err error) {
	err = s.act(ctx, actor, "updateSubscription", func(a *action) error {
		seen, err := found(a.Subscription(ctx, id))("subscriptionId", licensing.KindSubscription)
		if err != nil {
			return err
		}

		pool, err := a.LockPool(ctx, seen.ProductID)
		if err != nil {
			return err
		}

		// The pool's lock is the lock of its subscriptions; only now is it certain what this one is.
		before, err := a.Subscription(ctx, id)
		if err != nil {
			return err
		}

		subscription = before

		quantity, status := before.Quantity, before.Status
		if update.Quantity != nil {
			quantity = *update.Quantity
		}

		if update.Status != nil {
			status = *update.Status
		}

		if err := subscription.Change(quantity, status, pool); err != nil || subscription == before {
			return err
		}

		subscription.UpdatedAt = a.at
		if err := a.SaveSubscription(ctx, subscription); err != nil {
			return err
		}

		added := subscription.CountedQuantity() - before.CountedQuantity()
		if err := a.AddToPool(ctx, subscription.ProductID, added, 0); err != nil {
			return err
		}

		return a.record(ctx, licensing.KindSubscription, subscription.ID, before, subscription)
	})

	return subscription, err
}
