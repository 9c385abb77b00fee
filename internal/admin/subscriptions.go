package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SubscriptionUpdate is what to change of a subscription. A nil field stays as it is.
type SubscriptionUpdate struct {
	Quantity *int
	Status   *licensing.SubscriptionStatus
}

// CreateSubscription adds a subscription, and its quantity to the product's license pool if it counts.
func (s *Service) CreateSubscription(
	ctx context.Context, actor Actor, product licensing.ID, quantity int, status licensing.SubscriptionStatus,
) (licensing.Subscription, error) {
	return act(ctx, s, actor, "createSubscription", func(a *action) (licensing.Subscription, error) {
		if _, err := a.catalogWith(ctx, product); err != nil {
			return licensing.Subscription{}, err
		}

		subscription, err := licensing.NewSubscription(product, quantity, status, a.at)
		if err != nil {
			return licensing.Subscription{}, err
		}

		if err := a.CreatePool(ctx, product); err != nil {
			return licensing.Subscription{}, err
		}

		if err := a.InsertSubscription(ctx, subscription); err != nil {
			return licensing.Subscription{}, err
		}

		if err := a.AddToPool(ctx, product, subscription.CountedQuantity(), 0); err != nil {
			return licensing.Subscription{}, err
		}

		return subscription, a.record(ctx, licensing.KindSubscription, subscription.ID, nil, subscription)
	})
}

// UpdateSubscription changes a subscription's quantity or status.
func (s *Service) UpdateSubscription(
	ctx context.Context, actor Actor, id licensing.ID, update SubscriptionUpdate,
) (licensing.Subscription, error) {
	return act(ctx, s, actor, "updateSubscription", func(a *action) (licensing.Subscription, error) {
		pool, err := a.LockPoolOfSubscription(ctx, id)
		if err != nil {
			return licensing.Subscription{}, notFoundAs("subscriptionId", licensing.KindSubscription, err)
		}

		// Read after the lock: the pool's lock is the lock of its subscriptions too.
		before, err := a.Subscription(ctx, id)
		if err != nil {
			return licensing.Subscription{}, err
		}

		quantity, status := before.Quantity, before.Status
		if update.Quantity != nil {
			quantity = *update.Quantity
		}

		if update.Status != nil {
			status = *update.Status
		}

		after := before
		if err := after.Change(quantity, status, pool); err != nil || after == before {
			return before, err
		}

		after.UpdatedAt = a.at
		if err := a.SaveSubscription(ctx, after); err != nil {
			return before, err
		}

		added := after.CountedQuantity() - before.CountedQuantity()
		if err := a.AddToPool(ctx, after.ProductID, added, 0); err != nil {
			return before, err
		}

		return after, a.record(ctx, licensing.KindSubscription, after.ID, before, after)
	})
}
