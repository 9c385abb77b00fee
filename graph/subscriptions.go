package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reading"
)

func (queryResolver) Subscriptions(
	ctx context.Context, productID *string, status *licensing.SubscriptionStatus,
	first *int, after *string, last *int, before *string,
) (*model.SubscriptionConnection, error) {
	product, err := parseOptionalID(licensing.KindProduct, productID, "productId")
	if err != nil {
		return nil, err
	}

	subscriptions := scopeFrom(ctx).reads.Subscriptions(reading.SubscriptionFilter{ProductID: product, Status: status})

	return connect(ctx, subscriptions, pageArgs{first, after, last, before}, model.NewSubscription)
}

func (r mutationResolver) CreateSubscription(
	ctx context.Context, input model.CreateSubscriptionInput,
) (*model.CreateSubscriptionPayload, error) {
	product, err := ParseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	subscription, err := r.Admin.CreateSubscription(
		ctx, scopeFrom(ctx).actor(ctx), product, input.Quantity, input.Status)
	userErrors, failure := splitRefusal(err)

	return &model.CreateSubscriptionPayload{
		Subscription: unlessRefused(subscription, err, model.NewSubscription), UserErrors: userErrors,
	}, failure
}

func (r mutationResolver) UpdateSubscription(
	ctx context.Context, input model.UpdateSubscriptionInput,
) (*model.UpdateSubscriptionPayload, error) {
	id, err := ParseID(licensing.KindSubscription, input.SubscriptionID, "subscriptionId")
	if err != nil {
		return nil, err
	}

	subscription, err := r.Admin.UpdateSubscription(ctx, scopeFrom(ctx).actor(ctx), id,
		admin.SubscriptionUpdate{Quantity: input.Quantity, Status: input.Status})
	userErrors, failure := splitRefusal(err)

	return &model.UpdateSubscriptionPayload{
		Subscription: unlessRefused(subscription, err, model.NewSubscription), UserErrors: userErrors,
	}, failure
}

type productSubscriptionResolver struct{}

// ProductSubscription implements [generated.ResolverRoot].
func (r *Resolver) ProductSubscription() generated.ProductSubscriptionResolver {
	return productSubscriptionResolver{}
}

func (productSubscriptionResolver) Product(
	ctx context.Context, subscription *model.ProductSubscription,
) (*model.Product, error) {
	return related(ctx, subscription.ProductID, scopeFrom(ctx).reads.Product, model.NewProduct)
}
