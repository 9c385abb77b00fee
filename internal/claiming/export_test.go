package claiming

import (
	"context"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// ClaimTogether decides the claims of these users in one batch, as if all of them had needed a license at the same
// moment.
func (s *Service) ClaimTogether(
	ctx context.Context, tenant licensing.ID, policy licensing.Policy, users ...string,
) ([]licensing.Decision, error) {
	people := make([]licensing.Person, len(users))
	for i, user := range users {
		people[i].ExternalID = user
	}

	answers, err := s.claimBatch(ctx, batchKey{tenant: tenant, policy: policy.ID, app: policy.AppID}, people)

	decisions := make([]licensing.Decision, len(answers))
	for i, answer := range answers {
		decisions[i] = answer.Decision
	}

	return decisions, err
}

// Noted returns how many sign-ins there are to store after this one.
func Noted(tenant licensing.ID, person licensing.Person, user *licensing.User, at time.Time) int {
	r := signInRecorder{pending: make(map[licensing.ID]map[string]store.SignIn), wake: make(chan struct{}, 1)}
	r.note(tenant, person, user, at)

	return r.count
}
