package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// load reads what an object refers to; it exists, since the database's references say so.
func load[T, N any](
	ctx context.Context, id licensing.ID, get func(context.Context, licensing.ID) (T, error), node func(T) N,
) (*N, error) {
	object, err := get(ctx, id)
	if err != nil {
		return nil, err
	}

	wrapped := node(object)

	return &wrapped, nil
}

func itself[T any](object T) T { return object }

func userLicenses(ctx context.Context, user licensing.ID, active *bool, args pageArgs) (*LicenseConnection, error) {
	list := scopeFrom(ctx).tenant.Licenses(store.LicenseFilter{UserID: &user, Active: active})

	return connect(ctx, list, args, newLicense)
}

type userResolver struct{}

// User implements [ResolverRoot].
func (r *Resolver) User() UserResolver { return userResolver{} }

func (userResolver) Licenses(
	ctx context.Context, user *User, active *bool, first *int, after *string, last *int, before *string,
) (*LicenseConnection, error) {
	return userLicenses(ctx, user.User.ID, active, pageArgs{first, after, last, before})
}

type productResolver struct{}

// Product implements [ResolverRoot].
func (r *Resolver) Product() ProductResolver { return productResolver{} }

func (productResolver) Apps(ctx context.Context, product *Product) ([]App, error) {
	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return nil, err
	}

	return convert(catalog.AppsOf(product.Product.ID), newApp), nil
}

func (productResolver) Pool(ctx context.Context, product *Product) (*licensing.Pool, error) {
	pool, err := scopeFrom(ctx).load().pools.Load(ctx, product.Product.ID)

	return orNull(pool, err, itself)
}

type licensePoolResolver struct{}

// LicensePool implements [ResolverRoot].
func (r *Resolver) LicensePool() LicensePoolResolver { return licensePoolResolver{} }

func (licensePoolResolver) Product(ctx context.Context, pool *licensing.Pool) (*Product, error) {
	return load(ctx, pool.ProductID, productByID, newProduct)
}

type policyResolver struct{}

// Policy implements [ResolverRoot].
func (r *Resolver) Policy() PolicyResolver { return policyResolver{} }

func (policyResolver) App(ctx context.Context, policy *Policy) (*App, error) {
	return load(ctx, policy.AppID, appByID, newApp)
}

func (policyResolver) AvailableLicenses(ctx context.Context, policy *Policy) (int, error) {
	ids := convert(policy.Policy.Products, func(p licensing.PolicyProduct) licensing.ID { return p.ProductID })

	found, err := scopeFrom(ctx).load().pools.LoadAll(ctx, ids)
	if err != nil {
		return 0, err
	}

	pools := make(map[licensing.ID]licensing.Pool, len(found))
	for _, pool := range found {
		pools[pool.ProductID] = pool
	}

	return policy.AvailableLicenses(pools), nil
}

type policyProductResolver struct{}

// PolicyProduct implements [ResolverRoot].
func (r *Resolver) PolicyProduct() PolicyProductResolver { return policyProductResolver{} }

func (policyProductResolver) Product(ctx context.Context, p *PolicyProduct) (*Product, error) {
	return load(ctx, p.productID, productByID, newProduct)
}

func (policyProductResolver) Pool(ctx context.Context, p *PolicyProduct) (*licensing.Pool, error) {
	return load(ctx, p.productID, scopeFrom(ctx).load().pools.Load, itself)
}

func (policyProductResolver) AvailableLicenses(ctx context.Context, p *PolicyProduct) (int, error) {
	pool, err := scopeFrom(ctx).load().pools.Load(ctx, p.productID)

	return pool.Available(), err
}

func (policyProductResolver) AppToggles(ctx context.Context, p *PolicyProduct) ([]AppToggle, error) {
	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return nil, err
	}

	toggles, err := p.policy.AppToggles(catalog, &p.productID)

	return convert(toggles, newAppToggle), err
}

type licenseResolver struct{}

// License implements [ResolverRoot].
func (r *Resolver) License() LicenseResolver { return licenseResolver{} }

func (licenseResolver) User(ctx context.Context, license *License) (*User, error) {
	return load(ctx, license.UserID, scopeFrom(ctx).load().users.Load, newUser)
}

func (licenseResolver) Product(ctx context.Context, license *License) (*Product, error) {
	return load(ctx, license.ProductID, productByID, newProduct)
}

func (licenseResolver) Policy(ctx context.Context, license *License) (*Policy, error) {
	if license.PolicyID == nil {
		return nil, nil // A license that an admin assigned has no policy.
	}

	return load(ctx, *license.PolicyID, scopeFrom(ctx).load().policies.Load, newPolicy)
}

func (licenseResolver) AppsOff(ctx context.Context, license *License) ([]App, error) {
	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return nil, err
	}

	apps := make([]App, 0, len(license.AppsOff))

	for _, app := range catalog.AppsOf(license.ProductID) {
		if license.TurnsOff(app.ID) {
			apps = append(apps, newApp(app))
		}
	}

	return apps, nil
}

type productSubscriptionResolver struct{}

// ProductSubscription implements [ResolverRoot].
func (r *Resolver) ProductSubscription() ProductSubscriptionResolver {
	return productSubscriptionResolver{}
}

func (productSubscriptionResolver) Product(ctx context.Context, subscription *ProductSubscription) (*Product, error) {
	return load(ctx, subscription.ProductID, productByID, newProduct)
}

type claimReportResolver struct{}

// ClaimReport implements [ResolverRoot].
func (r *Resolver) ClaimReport() ClaimReportResolver { return claimReportResolver{} }

func (claimReportResolver) Claims(
	ctx context.Context, report *ClaimReport, text *string, first *int, after *string, last *int, before *string,
) (*ClaimConnection, error) {
	return connect(ctx, report.Searched(orEmpty(text)).Claims(), pageArgs{first, after, last, before}, newClaim)
}

func (claimReportResolver) MissedClaims(
	ctx context.Context, report *ClaimReport, text *string, first *int, after *string, last *int, before *string,
) (*MissedClaimConnection, error) {
	return connect(ctx, report.Searched(orEmpty(text)).MissedClaims(), pageArgs{first, after, last, before}, newMissedClaim)
}

type claimResolver struct{}

// Claim implements [ResolverRoot].
func (r *Resolver) Claim() ClaimResolver { return claimResolver{} }

func (claimResolver) User(ctx context.Context, claim *Claim) (*User, error) {
	return load(ctx, claim.UserID, scopeFrom(ctx).load().users.Load, newUser)
}

func (claimResolver) Policy(ctx context.Context, claim *Claim) (*Policy, error) {
	return load(ctx, claim.PolicyID, scopeFrom(ctx).load().policies.Load, newPolicy)
}

func (claimResolver) App(ctx context.Context, claim *Claim) (*App, error) {
	return load(ctx, claim.AppID, appByID, newApp)
}

func (claimResolver) Product(ctx context.Context, claim *Claim) (*Product, error) {
	return load(ctx, claim.ProductID, productByID, newProduct)
}

func (claimResolver) License(ctx context.Context, claim *Claim) (*License, error) {
	return load(ctx, claim.LicenseID, scopeFrom(ctx).load().licenses.Load, newLicense)
}

type missedClaimResolver struct{}

// MissedClaim implements [ResolverRoot].
func (r *Resolver) MissedClaim() MissedClaimResolver { return missedClaimResolver{} }

func (missedClaimResolver) User(ctx context.Context, missed *MissedClaim) (*User, error) {
	return load(ctx, missed.UserID, scopeFrom(ctx).load().users.Load, newUser)
}

func (missedClaimResolver) Policy(ctx context.Context, missed *MissedClaim) (*Policy, error) {
	return load(ctx, missed.PolicyID, scopeFrom(ctx).load().policies.Load, newPolicy)
}

type claimsByPolicyResolver struct{}

// ClaimsByPolicy implements [ResolverRoot].
func (r *Resolver) ClaimsByPolicy() ClaimsByPolicyResolver { return claimsByPolicyResolver{} }

func (claimsByPolicyResolver) Policy(ctx context.Context, total *ClaimsByPolicy) (*Policy, error) {
	return load(ctx, total.policyID, scopeFrom(ctx).load().policies.Load, newPolicy)
}

type claimsByProductResolver struct{}

// ClaimsByProduct implements [ResolverRoot].
func (r *Resolver) ClaimsByProduct() ClaimsByProductResolver { return claimsByProductResolver{} }

func (claimsByProductResolver) Product(ctx context.Context, total *ClaimsByProduct) (*Product, error) {
	return load(ctx, total.productID, productByID, newProduct)
}
