package claiming

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// maxTermsChanges bounds how often a batch begins anew because an admin changed the terms meanwhile.
const maxTermsChanges = 10

// termsChanged says that a batch was begun on terms that are no longer true, and what versions are.
type termsChanged struct{ config, catalog int64 }

// Error implements error.
func (termsChanged) Error() string { return "the terms of the claims keep changing" }

// claimBatch decides the claims of a batch and stores what it decided, in one transaction. It begins with
// the terms that are remembered, and anew if the transaction finds that they have changed.
func (s *Service) claimBatch(ctx context.Context, key batchKey, externalIDs []string) ([]batched, error) {
	var versions termsChanged

	for range maxTermsChanges {
		terms, err := s.terms(ctx, key, versions)
		if err != nil {
			return nil, err
		}

		decisions, err := s.claimOn(ctx, key.tenant, terms, externalIDs)
		if errors.As(err, &versions) {
			continue
		}

		if err != nil {
			return nil, fmt.Errorf("claim for %d users: %w", len(externalIDs), err)
		}

		return s.together(ctx, key, decisions), nil
	}

	return nil, fmt.Errorf("claim for %d users: %w", len(externalIDs), versions)
}

// terms are what claims depend on beside their users, and the version of the configuration that they are of.
type terms struct {
	licensing.ClaimTerms

	configVersion int64
}

// terms returns them at these versions or later ones; of the feature switch, only the transaction knows.
func (s *Service) terms(ctx context.Context, key batchKey, least termsChanged) (terms, error) {
	known, err := s.policies.since(ctx, s.store.For(key.tenant), least.config)
	if err != nil {
		return terms{}, err
	}

	catalog, err := s.store.CatalogSince(ctx, least.catalog)
	if err != nil {
		return terms{}, err
	}

	return terms{
		ClaimTerms:    licensing.ClaimTerms{Catalog: catalog, AppID: key.app, Policy: known.byApp[key.app]},
		configVersion: known.version,
	}, nil
}

func (s *Service) claimOn(
	ctx context.Context, tenant licensing.ID, terms terms, externalIDs []string,
) ([]batched, error) {
	var decisions []batched

	at := licensing.Instant(s.now())

	err := s.store.ClaimInTx(ctx, tenant, externalIDs, productsOf(terms.Policy), at,
		func(facts licensing.ClaimFacts) (licensing.ClaimResults, error) {
			if facts.ConfigVersion > terms.configVersion || facts.CatalogVersion > terms.Catalog.Version {
				return licensing.ClaimResults{}, termsChanged{config: facts.ConfigVersion, catalog: facts.CatalogVersion}
			}

			terms.AutoClaimEnabled = facts.AutoClaimEnabled
			claimants := claimantsOf(facts, externalIDs)
			decided := licensing.DecideClaims(terms.ClaimTerms, facts.Pools, claimants, at)
			decisions = decisionsOf(claimants, decided)

			return resultsOf(terms.ClaimTerms, claimants, decided, at), nil
		})

	return decisions, err
}

func productsOf(policy *licensing.Policy) []licensing.ID {
	if policy == nil {
		return []licensing.ID{}
	}

	products := make([]licensing.ID, len(policy.Products))
	for i, product := range policy.Products {
		products[i] = product.ProductID
	}

	return products
}

// claimantsOf returns the users in order of arrival with what they hold.
func claimantsOf(facts licensing.ClaimFacts, externalIDs []string) []licensing.Claimant {
	claimants := make([]licensing.Claimant, len(externalIDs))

	for i, externalID := range externalIDs {
		user := facts.Users[externalID]
		claimants[i] = claimant(&user, facts.Licenses[user.ID])
	}

	return claimants
}

// resultsOf is what there is to store: licenses, their claims, and who was turned away.
func resultsOf(
	terms licensing.ClaimTerms, claimants []licensing.Claimant, decisions []licensing.Decision, at time.Time,
) licensing.ClaimResults {
	results := licensing.ClaimResults{AppID: terms.AppID, At: at}
	if terms.Policy != nil {
		results.PolicyID = terms.Policy.ID
	}

	for i, decision := range decisions {
		switch decision.Outcome {
		case licensing.OutcomeClaimed:
			license := decision.License
			results.Licenses = append(results.Licenses, *license)
			results.Claims = append(results.Claims, licensing.Claim{
				ID: licensing.NewID(at), UserID: license.UserID, PolicyID: *license.PolicyID, AppID: terms.AppID,
				ProductID: license.ProductID, LicenseID: license.ID, Position: decision.Position, ClaimedAt: at,
			})
		case licensing.OutcomeOutOfLicenses:
			results.Missed = append(results.Missed, claimants[i].UserID)
		default:
			// Nothing was given, and nobody was turned away for want of a license.
		}
	}

	return results
}
