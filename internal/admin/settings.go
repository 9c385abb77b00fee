package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// foldChunk is how many users one transaction folds.
	foldChunk = 500
	// foldMargin is how long before the deadline of a request no more users are folded, so that there is time for the answer.
	foldMargin = 500 * time.Millisecond
	// maxNamedPairs is how many pairs of users a refusal names.
	maxNamedPairs = 5
)

// SetAutoClaimEnabled turns the tenant's feature switch on or off, and returns the tenant's settings.
func (s *Service) SetAutoClaimEnabled(ctx context.Context, actor Actor, enabled bool) (licensing.Settings, error) {
	return s.changeSettings(ctx, actor, "setAutoClaimEnabled", func(settings licensing.Settings) (licensing.Settings, error) {
		settings.AutoClaimEnabled = enabled

		return settings, nil
	})
}

// UpdateSettings changes settings of the tenant other than the feature switch, and returns all of them. If the update is
// refused, it returns the settings as they are. External ids are not folded while that would make one user of several. In
// a large tenant, folding them takes more than one call: until all are done, it is refused with NOT_READY.
func (s *Service) UpdateSettings(
	ctx context.Context, actor Actor, update licensing.SettingsUpdate,
) (licensing.Settings, error) {
	change := func(settings licensing.Settings) (licensing.Settings, error) { return settings.Update(update) }

	if update.ExternalIDMatching == nil || *update.ExternalIDMatching != licensing.MatchFolded {
		return s.changeSettings(ctx, actor, "updateSettings", change)
	}

	tenant, err := s.store.For(actor.TenantID).Tenant(ctx)
	if err != nil {
		return licensing.Settings{}, fmt.Errorf("updateSettings: %w", err)
	}

	if _, err := change(tenant.Settings()); err != nil {
		return tenant.Settings(), err
	}

	if err := s.foldUsers(ctx, actor.TenantID); err != nil {
		return tenant.Settings(), fmt.Errorf("updateSettings: %w", err)
	}

	return act(ctx, s, actor, "updateSettings", func(a *action) (licensing.Settings, error) {
		// From here on, nobody adds users, or changes their external ids.
		tenant, err := a.LockTenantAndUsers(ctx)
		if err != nil {
			return licensing.Settings{}, err
		}

		if err := a.foldRemainingUsers(ctx); err != nil {
			return tenant.Settings(), err
		}

		return a.saveSettings(ctx, tenant, change)
	})
}

// foldUsers prepares nearly all users for folded external ids, in transactions that hold no lock for long. Who has a folded
// id may be added as long as external ids are compared exactly.
func (s *Service) foldUsers(ctx context.Context, tenant licensing.ID) error {
	var did store.Folding

	for !did.Done {
		if nearDeadline(ctx) {
			return licensing.Refuse(licensing.CodeNotReady, "externalIdMatching",
				"The tenant has so many users that preparing them takes longer than one request. Send the same change again, "+
					"until it succeeds. Each time it goes on where it ended.")
		}

		err := s.store.InTx(ctx, tenant, func(tx *store.Tx) (err error) {
			did, err = tx.FoldUsers(ctx, did.Last, foldChunk)

			return err
		})
		if err != nil {
			return err
		}
	}

	return nil
}

func nearDeadline(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()

	return limited && time.Until(deadline) < foldMargin
}

// foldRemainingUsers folds the users who have been added in the meantime, and refuses to make one user of several.
func (a *action) foldRemainingUsers(ctx context.Context) error {
	var (
		did  store.Folding
		same []store.SameUsers
		all  int
	)

	for !did.Done {
		var err error

		if did, err = a.FoldUsers(ctx, did.Last, foldChunk); err != nil {
			return err
		}

		all += len(did.Same)
		same = append(same, did.Same[:min(len(did.Same), maxNamedPairs-len(same))]...)
	}

	if all == 0 {
		return nil
	}

	named := make([]string, 0, len(same)+1)
	for _, pair := range same {
		named = append(named, fmt.Sprintf("%q and %q", pair.ExternalID, pair.Other))
	}

	if more := all - len(same); more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}

	return licensing.Refuse(licensing.CodeUsersWouldMerge, "externalIdMatching",
		"This would make one user of two: %s. Of each two, give the licenses to one, and give the other an external id that "+
			"nobody signs in with (updateUser). Then try again.", strings.Join(named, ", "))
}

func (s *Service) changeSettings(
	ctx context.Context, actor Actor, name string, change func(licensing.Settings) (licensing.Settings, error),
) (licensing.Settings, error) {
	return act(ctx, s, actor, name, func(a *action) (licensing.Settings, error) {
		tenant, err := a.LockTenant(ctx)
		if err != nil {
			return licensing.Settings{}, err
		}

		return a.saveSettings(ctx, tenant, change)
	})
}

// saveSettings changes the settings of a locked tenant.
func (a *action) saveSettings(
	ctx context.Context, tenant licensing.Tenant, change func(licensing.Settings) (licensing.Settings, error),
) (licensing.Settings, error) {
	before := tenant.Settings()

	after, err := change(before)
	if err != nil || after == before {
		return before, err
	}

	if err := a.SaveSettings(ctx, after); err != nil {
		return before, err
	}

	return after, a.record(ctx, licensing.KindTenant, tenant.ID, before, after)
}
