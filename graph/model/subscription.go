package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ProductSubscription is a tenant's purchase of a product.
type ProductSubscription struct{ licensing.Subscription }

// NewSubscription wraps a subscription of the domain.
func NewSubscription(s licensing.Subscription) ProductSubscription { return ProductSubscription{s} }

// ID returns the global id.
func (s ProductSubscription) ID() string {
	return globalid.Encode(licensing.KindSubscription, s.Subscription.ID)
}
