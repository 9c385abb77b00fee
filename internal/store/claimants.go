package store

import (
	"context"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// lookupLimits bound the lookups of a tenant's claimants. There is one query at a time: while it runs, more lookups
// collect for the next one, which costs less than two queries at once.
func lookupLimits() coalesce.Limits {
	return coalesce.Limits{Batch: 256, Waiting: 8192, Parallel: 1, Timeout: 10 * time.Second}
}

// ClaimantState reads what decides a claim of the user. All of it is the state at one moment after the call. Lookups
// that wait at the same moment share a query. It returns [licensing.ErrNotFound] for an unknown tenant, and
// [coalesce.ErrOverloaded] when too many lookups of the tenant wait.
func (s *Store) ClaimantState(
	ctx context.Context, tenant licensing.ID, externalID string,
) (licensing.ClaimantState, error) {
	return s.lookups.Do(ctx, tenant, externalID)
}

func (s *Store) readClaimants(
	ctx context.Context, tenant licensing.ID, externalIDs []string,
) ([]licensing.ClaimantState, error) {
	for range maxAttempts {
		matching := s.matchings.of(tenant)

		states, err := s.database.ClaimantStates(ctx, tenant, matching, externalIDs)
		if err != nil {
			return nil, fmt.Errorf("read the users' licenses: %w", err)
		}

		if states == nil {
			return nil, fmt.Errorf("the tenant: %w", licensing.ErrNotFound)
		}

		if states[0].Matching == matching {
			return states, nil
		}

		s.matchings.set(tenant, states[0].Matching)
	}

	return nil, fmt.Errorf("read the users' licenses: %w", errMatchingChanged)
}
