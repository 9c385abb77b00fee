package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
)

func (queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	return &model.Viewer{Identity: scopeFrom(ctx).caller.Identity}, nil
}

type viewerResolver struct{}

// Viewer implements [generated.ResolverRoot].
func (r *Resolver) Viewer() generated.ViewerResolver { return viewerResolver{} }

func (viewerResolver) User(ctx context.Context, viewer *model.Viewer) (*model.User, error) {
	user, err := scopeFrom(ctx).reads.UserByExternalID(ctx, viewer.UserExternalID)

	return orNull(user, err, model.NewUser)
}

func (viewerResolver) TimeZone(ctx context.Context, _ *model.Viewer) (string, error) {
	zone, err := scopeFrom(ctx).reads.Zone(ctx)
	if err != nil {
		return "", err
	}

	return zone.String(), nil
}

func (viewerResolver) Licenses(
	ctx context.Context, viewer *model.Viewer,
	active *bool, first *int, after *string, last *int, before *string,
) (*model.LicenseConnection, error) {
	licenses, err := scopeFrom(ctx).reads.LicensesOf(ctx, viewer.UserExternalID, active)
	if err != nil {
		return nil, err
	}

	return connect(ctx, licenses, pageArgs{first, after, last, before}, model.NewLicense)
}
