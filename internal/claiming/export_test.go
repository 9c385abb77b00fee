package claiming

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ClaimTogether decides the claims of these users in one batch, as if all of them had needed a license at the same
// moment.
func (s *Service) ClaimTogether(
	ctx context.Context, tenant licensing.ID, policy licensing.Policy, users ...string,
) ([]licensing.Decision, error) {
	answers, err := s.claimBatch(ctx, batchKey{tenant: tenant, policy: policy.ID, app: policy.AppID}, users)

	decisions := make([]licensing.Decision, len(answers))
	for i, answer := range answers {
		decisions[i] = answer.Decision
	}

	return decisions, err
}
