package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SetAutoClaimEnabled turns the tenant's feature switch on or off, and returns the tenant's settings.
func (s *Service) SetAutoClaimEnabled(ctx context.Context, actor Actor, enabled bool) (licensing.Settings, error) {
	return s.changeSettings(ctx, actor, "setAutoClaimEnabled", func(settings licensing.Settings) (licensing.Settings, error) {
		settings.AutoClaimEnabled = enabled

		return settings, nil
	})
}

// UpdateSettings changes settings of the tenant other than the feature switch, and returns all of them. If the update is
// refused, it returns the settings as they are.
func (s *Service) UpdateSettings(
	ctx context.Context, actor Actor, update licensing.SettingsUpdate,
) (licensing.Settings, error) {
	return s.changeSettings(ctx, actor, "updateSettings", func(settings licensing.Settings) (licensing.Settings, error) {
		return settings.Update(update)
	})
}

func (s *Service) changeSettings(
	ctx context.Context, actor Actor, name string, change func(licensing.Settings) (licensing.Settings, error),
) (licensing.Settings, error) {
	return act(ctx, s, actor, name, func(a *action) (licensing.Settings, error) {
		tenant, err := a.LockTenant(ctx)
		if err != nil {
			return licensing.Settings{}, err
		}

		before := tenant.Settings()

		after, err := change(before)
		if err != nil || after == before {
			return before, err
		}

		if err := a.SaveSettings(ctx, after); err != nil {
			return before, err
		}

		return after, a.record(ctx, licensing.KindTenant, tenant.ID, before, after)
	})
}
