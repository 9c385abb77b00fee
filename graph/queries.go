package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

type queryResolver struct{ *Resolver }

// Query implements [ResolverRoot].
func (r *Resolver) Query() QueryResolver { return queryResolver{r} }

func (queryResolver) Viewer(ctx context.Context) (*Viewer, error) {
	return &Viewer{scopeFrom(ctx).caller.Identity}, nil
}

func (queryResolver) Settings(ctx context.Context) (*Settings, error) {
	tenant, err := scopeFrom(ctx).tenant.Tenant(ctx)
	if err != nil {
		return nil, err
	}

	return &Settings{AutoClaimEnabled: tenant.AutoClaimEnabled}, nil
}

func (queryResolver) Policies(
	ctx context.Context, first *int, after *string, last *int, before *string,
) (*PolicyConnection, error) {
	policies, err := scopeFrom(ctx).tenant.Policies(ctx)
	if err != nil {
		return nil, err
	}

	list := paging.ListOf(policies, func(p licensing.Policy) paging.Cursor {
		return paging.Cursor{Key: licensing.Fold(p.Name), ID: p.ID}
	})

	return connect(ctx, list, pageArgs{first, after, last, before}, newPolicy)
}

func (queryResolver) Policy(ctx context.Context, id string) (*Policy, error) {
	return read(ctx, licensing.KindPolicy, id, scopeFrom(ctx).tenant.Policy, newPolicy)
}

func (queryResolver) Products(
	ctx context.Context, filter *ProductFilter, first *int, after *string, last *int, before *string,
) (*ProductConnection, error) {
	products, err := selectProducts(ctx, filter)
	if err != nil {
		return nil, err
	}

	list := paging.ListOf(products, func(p licensing.Product) paging.Cursor {
		return paging.Cursor{Key: licensing.Fold(p.Name), ID: p.ID}
	})

	return connect(ctx, list, pageArgs{first, after, last, before}, newProduct)
}

// selectProducts returns the products of the catalog that the filter lets through.
func selectProducts(ctx context.Context, filter *ProductFilter) ([]licensing.Product, error) {
	s := scopeFrom(ctx)

	catalog, err := s.catalog()
	if err != nil || filter == nil {
		return allProducts(catalog), err
	}

	app, err := parseOptionalID(licensing.KindApp, filter.IncludesAppID, "filter.includesAppId")
	if err != nil {
		return nil, err
	}

	policyID, err := parseOptionalID(licensing.KindPolicy, filter.NotInPolicyID, "filter.notInPolicyId")
	if err != nil {
		return nil, err
	}

	var pools map[licensing.ID]licensing.Pool
	if filter.Owned != nil {
		if pools, err = s.tenant.Pools(ctx); err != nil {
			return nil, err
		}
	}

	var policy licensing.Policy
	if policyID != nil {
		if policy, err = s.load().policies.Load(ctx, *policyID); err != nil && !isMissing(err) {
			return nil, err
		}
	}

	return slices.DeleteFunc(slices.Clone(catalog.Products()), func(p licensing.Product) bool {
		_, _, inPolicy := policy.Product(p.ID)

		return filter.Owned != nil && *filter.Owned != pools[p.ID].Owned() ||
			app != nil && !catalog.Includes(p.ID, *app) ||
			inPolicy || !mentions(filter.Text, p.Name, p.Code)
	}), nil
}

func allProducts(catalog *licensing.Catalog) []licensing.Product {
	if catalog == nil {
		return nil
	}

	return catalog.Products()
}

// mentions says whether one of the texts contains the part, ignoring case. No part is in every text.
func mentions(part *string, texts ...string) bool {
	return part == nil || slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(licensing.Fold(text), licensing.Fold(strings.TrimSpace(*part)))
	})
}

func (queryResolver) Product(ctx context.Context, id string) (*Product, error) {
	return read(ctx, licensing.KindProduct, id, productByID, newProduct)
}

func (queryResolver) Apps(
	ctx context.Context, claimable *bool, text *string, first *int, after *string, last *int, before *string,
) (*AppConnection, error) {
	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return nil, err
	}

	apps := slices.DeleteFunc(slices.Clone(catalog.Apps()), func(a licensing.App) bool {
		return claimable != nil && *claimable != a.Claimable || !mentions(text, a.Name, a.Code)
	})
	list := paging.ListOf(apps, func(a licensing.App) paging.Cursor {
		return paging.Cursor{Key: licensing.Fold(a.Name), ID: a.ID}
	})

	return connect(ctx, list, pageArgs{first, after, last, before}, newApp)
}

func (queryResolver) AppToggles(ctx context.Context, policyID string, productID *string) ([]AppToggle, error) {
	id, err := parseID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, err
	}

	product, err := parseOptionalID(licensing.KindProduct, productID, "productId")
	if err != nil {
		return nil, err
	}

	policy, err := scopeFrom(ctx).load().policies.Load(ctx, id)
	if isMissing(err) {
		return []AppToggle{}, nil
	}

	if err != nil {
		return nil, err
	}

	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return nil, err
	}

	toggles, err := policy.AppToggles(catalog, product)
	if _, unknownProduct := licensing.AsRefusal(err); unknownProduct {
		return []AppToggle{}, nil
	}

	return convert(toggles, newAppToggle), err
}

func (queryResolver) Users(
	ctx context.Context, text *string, first *int, after *string, last *int, before *string,
) (*UserConnection, error) {
	return connect(ctx, scopeFrom(ctx).tenant.Users(orEmpty(text)), pageArgs{first, after, last, before}, newUser)
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}

	return *text
}

func (queryResolver) User(ctx context.Context, id string) (*User, error) {
	return read(ctx, licensing.KindUser, id, scopeFrom(ctx).tenant.User, newUser)
}

func (queryResolver) Licenses(
	ctx context.Context, filter *LicenseFilter, first *int, after *string, last *int, before *string,
) (*LicenseConnection, error) {
	wanted, err := licenseFilter(filter)
	if err != nil {
		return nil, err
	}

	return connect(ctx, scopeFrom(ctx).tenant.Licenses(wanted), pageArgs{first, after, last, before}, newLicense)
}

func licenseFilter(filter *LicenseFilter) (wanted store.LicenseFilter, err error) {
	if filter == nil {
		return wanted, nil
	}

	wanted.Source, wanted.Active = filter.Source, filter.Active

	if wanted.UserID, err = parseOptionalID(licensing.KindUser, filter.UserID, "filter.userId"); err != nil {
		return wanted, err
	}

	if wanted.ProductID, err = parseOptionalID(licensing.KindProduct, filter.ProductID, "filter.productId"); err != nil {
		return wanted, err
	}

	wanted.PolicyID, err = parseOptionalID(licensing.KindPolicy, filter.PolicyID, "filter.policyId")

	return wanted, err
}

func (queryResolver) Subscriptions(
	ctx context.Context, productID *string, status *licensing.SubscriptionStatus,
	first *int, after *string, last *int, before *string,
) (*SubscriptionConnection, error) {
	product, err := parseOptionalID(licensing.KindProduct, productID, "productId")
	if err != nil {
		return nil, err
	}

	list := scopeFrom(ctx).tenant.Subscriptions(store.SubscriptionFilter{ProductID: product, Status: status})

	return connect(ctx, list, pageArgs{first, after, last, before}, newSubscription)
}

func (r queryResolver) ClaimReport(
	ctx context.Context, period licensing.Period, policyID *string,
) (*ClaimReport, error) {
	policy, err := parseOptionalID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, err
	}

	return newClaimReport(r.Reporting.ClaimReport(scopeFrom(ctx).caller.TenantID, period, policy)), nil
}

func (queryResolver) AuditEvents(
	ctx context.Context, objectID, actor, action *string, first *int, after *string, last *int, before *string,
) (*AuditEventConnection, error) {
	filter := store.AuditFilter{Actor: actor, Action: action}

	if objectID != nil {
		_, id, ok := splitID(*objectID)
		if !ok {
			return nil, badInput("objectId: %q is not an id. Pass an id as this API returned it.", shorten(*objectID))
		}

		filter.ObjectID = &id
	}

	return connect(ctx, scopeFrom(ctx).tenant.AuditEvents(filter), pageArgs{first, after, last, before}, newAuditEvent)
}

type viewerResolver struct{ *Resolver }

// Viewer implements [ResolverRoot].
func (r *Resolver) Viewer() ViewerResolver { return viewerResolver{r} }

func (viewerResolver) User(ctx context.Context, viewer *Viewer) (*User, error) {
	user, err := scopeFrom(ctx).tenant.UserByExternalID(ctx, viewer.UserExternalID)

	return orNull(user, err, newUser)
}

func (r viewerResolver) Licenses(
	ctx context.Context, viewer *Viewer, active *bool, first *int, after *string, last *int, before *string,
) (*LicenseConnection, error) {
	args := pageArgs{first, after, last, before}

	user, err := scopeFrom(ctx).tenant.UserByExternalID(ctx, viewer.UserExternalID)
	if isMissing(err) {
		none := paging.ListOf(nil, func(licensing.License) paging.Cursor { return paging.Cursor{} })

		return connect(ctx, none, args, newLicense)
	}

	if err != nil {
		return nil, err
	}

	return userLicenses(ctx, user.ID, active, args)
}
