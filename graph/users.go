package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reading"
)

func (queryResolver) Users(
	ctx context.Context, text *string, first *int, after *string, last *int, before *string,
) (*model.UserConnection, error) {
	users := scopeFrom(ctx).reads.Users(orEmpty(text))

	return connect(ctx, users, pageArgs{first, after, last, before}, model.NewUser)
}

func (queryResolver) User(ctx context.Context, id string) (*model.User, error) {
	return objectByID(ctx, licensing.KindUser, id, scopeFrom(ctx).reads.User, model.NewUser)
}

func (r mutationResolver) CreateUser(
	ctx context.Context, input model.CreateUserInput,
) (*model.CreateUserPayload, error) {
	user, err := r.Admin.CreateUser(ctx, scopeFrom(ctx).actor(ctx), licensing.Person{
		ExternalID: input.ExternalID, DisplayName: input.DisplayName, Email: input.Email,
	})
	userErrors, failure := splitRefusal(err)

	return &model.CreateUserPayload{User: unlessRefused(user, err, model.NewUser), UserErrors: userErrors}, failure
}

func (r mutationResolver) UpdateUser(
	ctx context.Context, input model.UpdateUserInput,
) (*model.UpdateUserPayload, error) {
	ref, err := userRef(input.UserID, input.UserExternalID)
	if err != nil {
		return nil, err
	}

	user, err := r.Admin.UpdateUser(ctx, scopeFrom(ctx).actor(ctx), ref, licensing.UserUpdate{
		ExternalID: input.ExternalID, DisplayName: input.DisplayName, Email: input.Email,
	})
	userErrors, failure := splitRefusal(err)

	return &model.UpdateUserPayload{User: unlessRefused(user, err, model.NewUser), UserErrors: userErrors}, failure
}

func (r mutationResolver) BlockUser(
	ctx context.Context, input model.BlockUserInput,
) (*model.BlockUserPayload, error) {
	user, userErrors, err := r.setBlocked(ctx, input.UserID, input.UserExternalID, true)

	return &model.BlockUserPayload{User: user, UserErrors: userErrors}, err
}

func (r mutationResolver) UnblockUser(
	ctx context.Context, input model.UnblockUserInput,
) (*model.UnblockUserPayload, error) {
	user, userErrors, err := r.setBlocked(ctx, input.UserID, input.UserExternalID, false)

	return &model.UnblockUserPayload{User: user, UserErrors: userErrors}, err
}

func (r mutationResolver) setBlocked(
	ctx context.Context, userID, externalID *string, blocked bool,
) (*model.User, []model.UserError, error) {
	ref, err := userRef(userID, externalID)
	if err != nil {
		return nil, nil, err
	}

	user, err := r.Admin.SetBlocked(ctx, scopeFrom(ctx).actor(ctx), ref, blocked)
	userErrors, failure := splitRefusal(err)

	return unlessRefused(user, err, model.NewUser), userErrors, failure
}

// userRef is a user as an input names them: by the global id or by the identity provider's id.
func userRef(id, externalID *string) (admin.UserRef, error) {
	parsed, err := parseOptionalID(licensing.KindUser, id, "userId")

	return admin.UserRef{ID: parsed, ExternalID: externalID}, err
}

type userResolver struct{}

// User implements [generated.ResolverRoot].
func (r *Resolver) User() generated.UserResolver { return userResolver{} }

func (userResolver) Licenses(
	ctx context.Context, user *model.User, active *bool, first *int, after *string, last *int, before *string,
) (*model.LicenseConnection, error) {
	licenses := scopeFrom(ctx).reads.Licenses(reading.LicenseFilter{UserID: &user.User.ID, Active: active})

	return connect(ctx, licenses, pageArgs{first, after, last, before}, model.NewLicense)
}
