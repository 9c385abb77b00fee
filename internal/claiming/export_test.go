package claiming

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ClaimTogether answers the claims of these users in one batch, as if they had come at the same moment, after
// each found that it needs a license.
func (s *Service) ClaimTogether(
	ctx context.Context, tenant licensing.ID, policy licensing.Policy, users ...string,
) ([]licensing.Decision, error) {
	return s.claimBatch(ctx, batchKey{tenant: tenant, policy: policy.ID, app: policy.AppID}, users)
}
