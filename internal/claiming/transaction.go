package claiming

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// claimBatch decides the claims of a batch and stores what it decided, in one transaction.
func (s *Service) claimBatch(ctx context.Context, key batchKey, externalIDs []string) ([]licensing.Decision, error) {
	var decisions []licensing.Decision

	err := s.store.InTx(ctx, key.tenant, func(tx *store.Tx) error {
		at := licensing.Instant(s.now())

		users, err := tx.LockOrAddUsers(ctx, externalIDs, at)
		if err != nil {
			return err
		}

		terms, err := s.termsNow(ctx, tx, key.app)
		if err != nil {
			return err
		}

		pools, err := tx.LockPools(ctx, productsOf(terms.Policy))
		if err != nil {
			return err
		}

		claimants, err := claimants(ctx, tx, users, externalIDs)
		if err != nil {
			return err
		}

		decisions = licensing.DecideClaims(terms, pools, claimants, at)

		return save(ctx, tx, terms, claimants, decisions, at)
	})
	if err != nil {
		return nil, fmt.Errorf("claim for %d users: %w", len(externalIDs), err)
	}

	return decisions, nil
}

// termsNow reads the terms within the transaction: they may have changed since the claims joined.
func (s *Service) termsNow(ctx context.Context, tx *store.Tx, app licensing.ID) (licensing.ClaimTerms, error) {
	tenant, err := tx.Tenant(ctx)
	if err != nil {
		return licensing.ClaimTerms{}, err
	}

	policy, err := s.policies.livePolicy(ctx, tx.Handle, tenant.ConfigVersion, app)
	if err != nil {
		return licensing.ClaimTerms{}, err
	}

	catalog, err := tx.Catalog(ctx)
	if err != nil {
		return licensing.ClaimTerms{}, err
	}

	return licensing.ClaimTerms{
		Catalog: catalog, AppID: app, AutoClaimEnabled: tenant.AutoClaimEnabled, Policy: policy,
	}, nil
}

func productsOf(policy *licensing.Policy) []licensing.ID {
	if policy == nil {
		return nil
	}

	products := make([]licensing.ID, len(policy.Products))
	for i, product := range policy.Products {
		products[i] = product.ProductID
	}

	return products
}

// claimants returns the users in order of arrival with what they hold.
func claimants(
	ctx context.Context, tx *store.Tx, users map[string]licensing.User, externalIDs []string,
) ([]licensing.Claimant, error) {
	ids := make([]licensing.ID, 0, len(users))
	for user := range maps.Values(users) {
		ids = append(ids, user.ID)
	}

	held, err := tx.ActiveLicenses(ctx, ids)
	if err != nil {
		return nil, err
	}

	claimants := make([]licensing.Claimant, len(externalIDs))

	for i, externalID := range externalIDs {
		user := users[externalID]
		claimants[i] = claimant(&user, held[user.ID])
	}

	return claimants, nil
}

// save stores what was decided: licenses, their claims, the pools' counts, and who was turned away.
func save(
	ctx context.Context, tx *store.Tx, terms licensing.ClaimTerms,
	claimants []licensing.Claimant, decisions []licensing.Decision, at time.Time,
) error {
	var (
		licenses []licensing.License
		claims   []licensing.Claim
		missed   []licensing.ID
	)

	taken := make(map[licensing.ID]int)

	for i, decision := range decisions {
		switch decision.Outcome {
		case licensing.OutcomeClaimed:
			license := decision.License
			licenses = append(licenses, *license)
			claims = append(claims, licensing.Claim{
				ID: licensing.NewID(at), UserID: license.UserID, PolicyID: *license.PolicyID, AppID: terms.AppID,
				ProductID: license.ProductID, LicenseID: license.ID, Position: decision.Position, ClaimedAt: at,
			})
			taken[license.ProductID]++
		case licensing.OutcomeOutOfLicenses:
			missed = append(missed, claimants[i].UserID)
		default:
			// Nothing was given, and nobody was turned away for want of a license.
		}
	}

	if len(missed) > 0 {
		if err := tx.RecordMissedClaims(ctx, terms.Policy.ID, missed, at); err != nil {
			return err
		}
	}

	if len(claims) == 0 {
		return nil
	}

	if err := tx.InsertLicenses(ctx, licenses...); err != nil {
		return err
	}

	if err := tx.InsertClaims(ctx, claims); err != nil {
		return err
	}

	for _, product := range slices.SortedFunc(maps.Keys(taken), licensing.CompareIDs) {
		if err := tx.AddToPool(ctx, product, 0, taken[product]); err != nil {
			return err
		}
	}

	return nil
}
