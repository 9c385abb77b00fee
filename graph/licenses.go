package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reading"
)

func (queryResolver) Licenses(
	ctx context.Context, filter *model.LicenseFilter, first *int, after *string, last *int, before *string,
) (*model.LicenseConnection, error) {
	parsed, err := licenseFilter(filter)
	if err != nil {
		return nil, err
	}

	licenses := scopeFrom(ctx).reads.Licenses(parsed)

	return connect(ctx, licenses, pageArgs{first, after, last, before}, model.NewLicense)
}

func licenseFilter(filter *model.LicenseFilter) (parsed reading.LicenseFilter, err error) {
	if filter == nil {
		return parsed, nil
	}

	parsed.Source, parsed.Active = filter.Source, filter.Active

	if parsed.UserID, err = parseOptionalID(licensing.KindUser, filter.UserID, "filter.userId"); err != nil {
		return parsed, err
	}

	if parsed.ProductID, err = parseOptionalID(licensing.KindProduct, filter.ProductID, "filter.productId"); err != nil {
		return parsed, err
	}

	parsed.PolicyID, err = parseOptionalID(licensing.KindPolicy, filter.PolicyID, "filter.policyId")

	return parsed, err
}

func (r mutationResolver) AssignLicense(
	ctx context.Context, input model.AssignLicenseInput,
) (*model.AssignLicensePayload, error) {
	user, err := userRef(input.UserID, input.UserExternalID)
	if err != nil {
		return nil, err
	}

	product, err := ParseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	appsOff, err := parseIDs(licensing.KindApp, input.AppsOff, "appsOff")
	if err != nil {
		return nil, err
	}

	license, err := r.Admin.AssignLicense(ctx, scopeFrom(ctx).actor(ctx), user, product, appsOff)
	userErrors, failure := splitRefusal(err)

	return &model.AssignLicensePayload{
		License: unlessRefused(license, err, model.NewLicense), UserErrors: userErrors,
	}, failure
}

func (r mutationResolver) RemoveLicense(
	ctx context.Context, input model.RemoveLicenseInput,
) (*model.RemoveLicensePayload, error) {
	id, err := ParseID(licensing.KindLicense, input.LicenseID, "licenseId")
	if err != nil {
		return nil, err
	}

	license, err := r.Admin.RemoveLicense(ctx, scopeFrom(ctx).actor(ctx), id, input.BlockAutoClaim)
	userErrors, failure := splitRefusal(err)

	return &model.RemoveLicensePayload{
		License: unlessRefused(license, err, model.NewLicense), UserErrors: userErrors,
	}, failure
}

type licenseResolver struct{}

// License implements [generated.ResolverRoot].
func (r *Resolver) License() generated.LicenseResolver { return licenseResolver{} }

func (licenseResolver) User(ctx context.Context, license *model.License) (*model.User, error) {
	return related(ctx, license.UserID, scopeFrom(ctx).loaders().users.Load, model.NewUser)
}

func (licenseResolver) Product(ctx context.Context, license *model.License) (*model.Product, error) {
	if license.LoadedProduct != nil {
		return &model.Product{Product: *license.LoadedProduct}, nil
	}

	return related(ctx, license.ProductID, scopeFrom(ctx).reads.Product, model.NewProduct)
}

func (licenseResolver) Policy(ctx context.Context, license *model.License) (*model.Policy, error) {
	if license.PolicyID == nil {
		return nil, nil // An admin assigned the license.
	}

	return related(ctx, *license.PolicyID, scopeFrom(ctx).loaders().policies.Load, model.NewPolicy)
}

func (licenseResolver) AppsOff(ctx context.Context, license *model.License) ([]model.App, error) {
	apps, err := scopeFrom(ctx).reads.AppsOff(ctx, license.License)

	return model.Convert(apps, model.NewApp), err
}
