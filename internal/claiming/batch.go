package claiming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// maxTermReloads bounds how often a batch starts again because its terms were changed in the meantime.
const maxTermReloads = 10

// batch is the id and the size of a batch, as the log shows them.
type batch struct {
	id   string
	size int
}

// batchDecision is a decision and the batch that it was made in; nil if it needed none.
type batchDecision struct {
	licensing.Decision

	batch *batch
}

// termVersions are the versions of the configuration and of the catalog that the terms of a batch belong to.
type termVersions struct{ config, catalog int64 }

// staleTermsError says that the cached terms of a batch are out of date, and which versions are current.
type staleTermsError struct{ current termVersions }

// Error implements error.
func (staleTermsError) Error() string {
	return "the policies or the catalog changed during each attempt"
}

// claimBatch decides the claims of a batch and stores the results in one transaction. It starts with the cached
// terms, and starts again if the transaction finds that they are out of date.
func (s *Service) claimBatch(ctx context.Context, key batchKey, people []licensing.Person) ([]batchDecision, error) {
	var stale staleTermsError

	for range maxTermReloads {
		terms, err := s.terms(ctx, key, stale.current)
		if err != nil {
			return nil, err
		}

		decisions, err := s.claimOnTerms(ctx, key.tenant, terms, people)
		if errors.As(err, &stale) {
			continue
		}

		if err != nil {
			return nil, fmt.Errorf("claim for %d users: %w", len(people), err)
		}

		return s.inOneBatch(ctx, key, decisions), nil
	}

	return nil, fmt.Errorf("claim for %d users: %w", len(people), stale)
}

// batchTerms are the terms of a batch, and the version of the configuration that they belong to.
type batchTerms struct {
	licensing.ClaimTerms

	configVersion int64
}

// terms returns the terms of a batch at least at the given versions, from memory if possible. They lack the
// feature switch, which the transaction reads.
func (s *Service) terms(ctx context.Context, key batchKey, atLeast termVersions) (batchTerms, error) {
	policies, err := s.policies.atLeast(ctx, s.store.ForSignIns(key.tenant), atLeast.config)
	if err != nil {
		return batchTerms{}, err
	}

	catalog, err := s.store.CatalogSince(ctx, atLeast.catalog)
	if err != nil {
		return batchTerms{}, err
	}

	return batchTerms{
		ClaimTerms:    licensing.ClaimTerms{Catalog: catalog, AppID: key.app, Policy: policies.byApp[key.app]},
		configVersion: policies.version,
	}, nil
}

func (s *Service) claimOnTerms(
	ctx context.Context, tenant licensing.ID, terms batchTerms, people []licensing.Person,
) ([]licensing.Decision, error) {
	var decisions []licensing.Decision

	at := licensing.Instant(s.now())
	externalIDs := make([]string, len(people))

	for i, person := range people {
		externalIDs[i] = person.ExternalID
	}

	err := s.store.ClaimInTx(ctx, tenant, people, productsOf(terms.Policy), at,
		func(facts licensing.ClaimFacts) (results licensing.ClaimResults, err error) {
			if facts.ConfigVersion > terms.configVersion || facts.CatalogVersion > terms.Catalog.Version {
				return results, staleTermsError{termVersions{config: facts.ConfigVersion, catalog: facts.CatalogVersion}}
			}

			terms.AutoClaimEnabled = facts.AutoClaimEnabled
			decisions, results = licensing.DecideClaims(terms.ClaimTerms, facts, externalIDs, at)

			return results, nil
		})

	return decisions, err
}

// productsOf returns the products of a policy; none if it was deleted in the meantime.
func productsOf(policy *licensing.Policy) []licensing.ID {
	if policy == nil {
		return []licensing.ID{}
	}

	return policy.ProductIDs()
}

// inOneBatch gives the decisions of a batch the same batch id, and logs the batch.
func (s *Service) inOneBatch(ctx context.Context, key batchKey, decisions []licensing.Decision) []batchDecision {
	common := &batch{id: requestid.New(), size: len(decisions)}
	decided := make([]batchDecision, len(decisions))

	for i, decision := range decisions {
		decided[i] = batchDecision{Decision: decision, batch: common}
	}

	s.logger.LogAttrs(ctx, slog.LevelDebug, "batch of claims",
		slog.String("batch", common.id), slog.Int("batch_size", common.size),
		slog.String("tenant", key.tenant.String()), slog.String("policy", key.policy.String()))

	return decided
}
