package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// SubscriptionFilter restricts a list of subscriptions; a nil field restricts nothing.
type SubscriptionFilter = store.SubscriptionFilter

// Subscriptions lists subscriptions, newest first.
func (t *Tenant) Subscriptions(filter SubscriptionFilter) paging.List[licensing.Subscription] {
	return t.data.Subscriptions(filter)
}

// Subscription returns a subscription, or [licensing.ErrNotFound].
func (t *Tenant) Subscription(ctx context.Context, id licensing.ID) (licensing.Subscription, error) {
	return t.data.Subscription(ctx, id)
}
