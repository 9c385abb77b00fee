package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reading"
)

func (queryResolver) Products(
	ctx context.Context, filter *model.ProductFilter, first *int, after *string, last *int, before *string,
) (*model.ProductConnection, error) {
	parsed, err := productFilter(filter)
	if err != nil {
		return nil, err
	}

	products, err := scopeFrom(ctx).reads.Products(ctx, parsed)
	if err != nil {
		return nil, err
	}

	return connect(ctx, products, pageArgs{first, after, last, before}, model.NewProduct)
}

func productFilter(filter *model.ProductFilter) (parsed reading.ProductFilter, err error) {
	if filter == nil {
		return parsed, nil
	}

	parsed.Owned, parsed.Text = filter.Owned, orEmpty(filter.Text)

	if parsed.IncludesAppID, err = parseOptionalID(
		licensing.KindApp, filter.IncludesAppID, "filter.includesAppId"); err != nil {
		return parsed, err
	}

	parsed.NotInPolicyID, err = parseOptionalID(licensing.KindPolicy, filter.NotInPolicyID, "filter.notInPolicyId")

	return parsed, err
}

func (queryResolver) Product(ctx context.Context, id string) (*model.Product, error) {
	return objectByID(ctx, licensing.KindProduct, id, scopeFrom(ctx).reads.Product, model.NewProduct)
}

type productResolver struct{}

// Product implements [generated.ResolverRoot].
func (r *Resolver) Product() generated.ProductResolver { return productResolver{} }

func (productResolver) Apps(ctx context.Context, product *model.Product) ([]model.App, error) {
	apps, err := scopeFrom(ctx).reads.AppsOf(ctx, product.Product.ID)

	return model.Convert(apps, model.NewApp), err
}

func (productResolver) Pool(ctx context.Context, product *model.Product) (*licensing.Pool, error) {
	pool, err := scopeFrom(ctx).loaders().pools.Load(ctx, product.Product.ID)

	return orNull(pool, err, unchanged)
}
