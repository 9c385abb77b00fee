package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/model"
)

func (queryResolver) Settings(ctx context.Context) (*model.Settings, error) {
	settings, err := scopeFrom(ctx).reads.Settings(ctx)
	if err != nil {
		return nil, err
	}

	return &model.Settings{AutoClaimEnabled: settings.AutoClaimEnabled}, nil
}

func (r mutationResolver) SetAutoClaimEnabled(
	ctx context.Context, input model.SetAutoClaimEnabledInput,
) (*model.SetAutoClaimEnabledPayload, error) {
	enabled, err := r.Admin.SetAutoClaimEnabled(ctx, scopeFrom(ctx).actor(ctx), input.Enabled)
	userErrors, err := splitRefusal(err)

	return &model.SetAutoClaimEnabledPayload{
		Settings: &model.Settings{AutoClaimEnabled: enabled}, UserErrors: userErrors,
	}, err
}
