package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

func (queryResolver) Policies(
	ctx context.Context, first *int, after *string, last *int, before *string,
) (*model.PolicyConnection, error) {
	policies, err := scopeFrom(ctx).reads.Policies(ctx)
	if err != nil {
		return nil, err
	}

	return connect(ctx, policies, pageArgs{first, after, last, before}, model.NewPolicy)
}

func (queryResolver) Policy(ctx context.Context, id string) (*model.Policy, error) {
	return objectByID(ctx, licensing.KindPolicy, id, scopeFrom(ctx).reads.Policy, model.NewPolicy)
}

func (queryResolver) AppToggles(ctx context.Context, policyID string, productID *string) ([]model.AppToggle, error) {
	policy, err := ParseID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, err
	}

	product, err := parseOptionalID(licensing.KindProduct, productID, "productId")
	if err != nil {
		return nil, err
	}

	toggles, err := scopeFrom(ctx).reads.AppToggles(ctx, policy, product)

	return model.Convert(toggles, model.NewAppToggle), err
}

type policyResolver struct{}

// Policy implements [generated.ResolverRoot].
func (r *Resolver) Policy() generated.PolicyResolver { return policyResolver{} }

func (policyResolver) App(ctx context.Context, policy *model.Policy) (*model.App, error) {
	return related(ctx, policy.AppID, scopeFrom(ctx).reads.App, model.NewApp)
}

func (policyResolver) AvailableLicenses(ctx context.Context, policy *model.Policy) (int, error) {
	catalog, err := scopeFrom(ctx).reads.Catalog(ctx)
	if err != nil {
		return 0, err
	}

	found, err := scopeFrom(ctx).loaders().pools.LoadAll(ctx, policy.ProductIDs())
	if err != nil {
		return 0, err
	}

	pools := make(map[licensing.ID]licensing.Pool, len(found))
	for _, pool := range found {
		pools[pool.ProductID] = pool
	}

	return policy.AvailableLicenses(catalog, pools), nil
}

type policyProductResolver struct{}

// PolicyProduct implements [generated.ResolverRoot].
func (r *Resolver) PolicyProduct() generated.PolicyProductResolver { return policyProductResolver{} }

func (policyProductResolver) Product(ctx context.Context, p *model.PolicyProduct) (*model.Product, error) {
	return related(ctx, p.ProductID, scopeFrom(ctx).reads.Product, model.NewProduct)
}

func (policyProductResolver) Pool(ctx context.Context, p *model.PolicyProduct) (*licensing.Pool, error) {
	return related(ctx, p.ProductID, scopeFrom(ctx).loaders().pools.Load, unchanged)
}

func (policyProductResolver) AvailableLicenses(ctx context.Context, p *model.PolicyProduct) (int, error) {
	catalog, err := scopeFrom(ctx).reads.Catalog(ctx)
	if err != nil {
		return 0, err
	}

	pool, err := scopeFrom(ctx).loaders().pools.Load(ctx, p.ProductID)

	return p.Policy.AvailableOf(p.ProductID, catalog, pool), err
}

func (policyProductResolver) IncludesApp(ctx context.Context, p *model.PolicyProduct) (bool, error) {
	catalog, err := scopeFrom(ctx).reads.Catalog(ctx)
	if err != nil {
		return false, err
	}

	return p.Policy.Gives(p.ProductID, catalog), nil
}

func (policyProductResolver) AppToggles(ctx context.Context, p *model.PolicyProduct) ([]model.AppToggle, error) {
	toggles, err := scopeFrom(ctx).reads.AppTogglesOf(ctx, p.Policy, &p.ProductID)

	return model.Convert(toggles, model.NewAppToggle), err
}
