package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

func (queryResolver) Settings(ctx context.Context) (*model.Settings, error) {
	settings, err := scopeFrom(ctx).reads.Settings(ctx)
	if err != nil {
		return nil, err
	}

	return &model.Settings{Settings: settings}, nil
}

func (r mutationResolver) SetAutoClaimEnabled(
	ctx context.Context, input model.SetAutoClaimEnabledInput,
) (*model.SetAutoClaimEnabledPayload, error) {
	settings, err := r.Admin.SetAutoClaimEnabled(ctx, scopeFrom(ctx).actor(ctx), input.Enabled)
	userErrors, err := splitRefusal(err)

	return &model.SetAutoClaimEnabledPayload{
		Settings: &model.Settings{Settings: settings}, UserErrors: userErrors,
	}, err
}

func (r mutationResolver) UpdateSettings(
	ctx context.Context, input model.UpdateSettingsInput,
) (*model.UpdateSettingsPayload, error) {
	settings, err := r.Admin.UpdateSettings(ctx, scopeFrom(ctx).actor(ctx), licensing.SettingsUpdate{
		TimeZone: input.TimeZone, ExternalIDMatching: input.ExternalIDMatching,
	})
	userErrors, err := splitRefusal(err)

	return &model.UpdateSettingsPayload{Settings: &model.Settings{Settings: settings}, UserErrors: userErrors}, err
}
