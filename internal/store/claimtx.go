package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// ClaimInTx decides and stores a batch of claims in one transaction. It locks the users (and adds those whom
// the tenant does not know) and the products' pools, asks decide, and stores what decide says. Where another
// transaction gets in the way, all of it runs again, so decide must do nothing that can't be repeated; nor
// may it use the database. An error of decide leaves everything as it was.
func (s *Store) ClaimInTx(
	ctx context.Context, tenant licensing.ID, externalIDs []string, products []licensing.ID, at time.Time,
	decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
) error {
	sorted := slices.Clone(externalIDs)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)

	var stored licensing.ClaimResults

	deciding := func(facts licensing.ClaimFacts) (licensing.ClaimResults, error) {
		var err error
		stored, err = decide(facts)

		return stored, err
	}

	if s.dialect.pipelines() {
		err := s.repeating(ctx, func() error { return s.claimInPipeline(ctx, tenant, sorted, products, at, deciding) })
		if err != nil {
			return err
		}

		var change livefeed.Change

		change.AddClaims(stored.Claims)

		for product := range stored.LicensesByProduct() {
			change.AddPool(product)
		}

		s.feed.Publish(tenant, change)

		return nil
	}

	return s.InTx(ctx, tenant, func(tx *Tx) error { return tx.claim(ctx, sorted, products, at, deciding) })
}

// claim is a batch in steps, as on SQLite, where each costs little: there is no network between.
func (tx *Tx) claim(
	ctx context.Context, externalIDs []string, products []licensing.ID, at time.Time,
	decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
) error {
	users, err := tx.lockOrAddUsers(ctx, externalIDs, at)
	if err != nil {
		return err
	}

	tenant, err := tx.Tenant(ctx)
	if err != nil {
		return err
	}

	version, err := catalogVersion(tx.db.WithContext(ctx))
	if err != nil {
		return err
	}

	pools, err := tx.LockPools(ctx, products)
	if err != nil {
		return err
	}

	ids := make([]licensing.ID, 0, len(users))
	for user := range maps.Values(users) {
		ids = append(ids, user.ID)
	}

	held, err := tx.ActiveLicenses(ctx, ids)
	if err != nil {
		return err
	}

	results, err := decide(licensing.ClaimFacts{
		AutoClaimEnabled: tenant.AutoClaimEnabled, ConfigVersion: tenant.ConfigVersion, CatalogVersion: version,
		Users: users, Licenses: held, Pools: pools,
	})
	if err != nil {
		return err
	}

	return tx.saveClaims(ctx, results)
}

func (tx *Tx) saveClaims(ctx context.Context, results licensing.ClaimResults) error {
	if err := tx.recordMissedClaims(ctx, results.PolicyID, results.MissedByUser(), results.At); err != nil {
		return err
	}

	if len(results.Claims) == 0 {
		return nil
	}

	if err := tx.insertClaimed(ctx, results); err != nil {
		return err
	}

	taken := results.LicensesByProduct()
	for _, product := range slices.SortedFunc(maps.Keys(taken), licensing.CompareIDs) {
		if err := tx.AddToPool(ctx, product, 0, taken[product]); err != nil {
			return fmt.Errorf("take licenses: %w", err)
		}
	}

	return nil
}
