package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

type licensePoolResolver struct{}

// LicensePool implements [generated.ResolverRoot].
func (r *Resolver) LicensePool() generated.LicensePoolResolver { return licensePoolResolver{} }

func (licensePoolResolver) Product(ctx context.Context, pool *licensing.Pool) (*model.Product, error) {
	return related(ctx, pool.ProductID, scopeFrom(ctx).reads.Product, model.NewProduct)
}

func (r subscriptionResolver) LicensePoolChanged(
	ctx context.Context, productID *string,
) (<-chan *licensing.Pool, error) {
	only, err := parseOptionalID(licensing.KindProduct, productID, "productId")
	if err != nil {
		return nil, err
	}

	reads := scopeFrom(ctx).reads

	return stream(ctx, r.Resolver, func(ctx context.Context, change livefeed.Change) ([]*licensing.Pool, error) {
		var ids []licensing.ID

		for product := range change.Pools {
			if only == nil || *only == product {
				ids = append(ids, product)
			}
		}

		if len(ids) == 0 {
			return nil, nil
		}

		found, err := reads.PoolsOf(ctx, ids)
		pools := make([]*licensing.Pool, 0, len(found))

		for _, pool := range found {
			pools = append(pools, &pool)
		}

		return pools, err
	})
}
