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

// of returns the quantity and the status of the subscription after the update.
func (u SubscriptionUpdate) of(s licensing.Subscription) (int, licensing.SubscriptionStatus) {
	quantity, status := s.Quantity, s.Status
	if u.Quantity != nil {
		quantity = *u.Quantity
	}

	if u.Status != nil {
		status = *u.Status
	}

	return quantity, status
}

// CreateSubscription adds a subscription, and its quantity to the product's license pool if it counts.
func (s *Service) CreateSubscription(
	ctx context.Context, actor Actor, product licensing.ID, quantity int, status licensing.SubscriptionStatus,
) (licensing.Subscription, error) {
	return act(ctx, s, actor, "createSubscription", func(a *action) (licensing.Subscription, error) {
		if _, err := a.catalogWith(ctx, product); err != nil {
			return licensing.Subscription{}, err
		}

		if _, err := a.LockTenant(ctx); err != nil {
			return licensing.Subscription{}, err
		}

		owned, err := a.OwnedLicenses(ctx)
		if err != nil {
			return licensing.Subscription{}, err
		}

		subscription, err := licensing.NewSubscription(product, quantity, status, owned, a.at)
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
		if _, err := a.LockTenant(ctx); err != nil {
			return licensing.Subscription{}, err
		}

		pool, err := a.LockPoolOfSubscription(ctx, id)
		if err != nil {
			return licensing.Subscription{}, notFoundAs("subscriptionId", licensing.KindSubscription, err)
		}

		// Read after the locks: the pool's lock is the lock of its subscriptions too.
		before, err := a.Subscription(ctx, id)
		if err != nil {
			return licensing.Subscription{}, err
		}

		owned, err := a.OwnedLicenses(ctx)
		if err != nil {
			return before, err
		}

		after := before
		quantity, status := update.of(before)

		if err := after.Change(quantity, status, pool, owned); err != nil || after == before {
			return before, err
		}

		return a.replaceSubscription(ctx, before, after)
	})
}

// replaceSubscription saves a change of a subscription, whose pool is locked.
func (a *action) replaceSubscription(
	ctx context.Context, before, after licensing.Subscription,
) (licensing.Subscription, error) {
	after.UpdatedAt = a.at
	if err := a.SaveSubscription(ctx, after); err != nil {
		return before, err
	}

	added := after.CountedQuantity() - before.CountedQuantity()
	if err := a.AddToPool(ctx, after.ProductID, added, 0); err != nil {
		return before, err
	}

	return after, a.record(ctx, licensing.KindSubscription, after.ID, before, after)
}
