package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SetAutoClaimEnabled turns the tenant's feature switch on or off, and returns how it stands.
func (s *Service) SetAutoClaimEnabled(ctx context.Context, actor Actor, enabled bool) (bool, error) {
	err := s.act(ctx, actor, "setAutoClaimEnabled", func(a *action) error {
		tenant, err := a.LockTenant(ctx)
		if err != nil || tenant.AutoClaimEnabled == enabled {
			return err
		}

		if err := a.SaveAutoClaimEnabled(ctx, enabled); err != nil {
			return err
		}

		return a.record(ctx, licensing.KindTenant, tenant.ID, tenant.Settings(), licensing.Settings{AutoClaimEnabled: enabled})
	})

	return enabled, err
}
