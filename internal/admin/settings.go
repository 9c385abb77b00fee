package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SetAutoClaimEnabled turns the tenant's feature switch on or off, and returns its new state.
func (s *Service) SetAutoClaimEnabled(ctx context.Context, actor Actor, enabled bool) (bool, error) {
	return act(ctx, s, actor, "setAutoClaimEnabled", func(a *action) (bool, error) {
		tenant, err := a.LockTenant(ctx)
		if err != nil || tenant.AutoClaimEnabled == enabled {
			return enabled, err
		}

		if err := a.SaveAutoClaimEnabled(ctx, enabled); err != nil {
			return enabled, err
		}

		before := tenant.Settings()
		tenant.AutoClaimEnabled = enabled

		return enabled, a.record(ctx, licensing.KindTenant, tenant.ID, before, tenant.Settings())
	})
}
