package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Claim returns a claim, or [licensing.ErrNotFound].
func (t *Tenant) Claim(ctx context.Context, id licensing.ID) (licensing.Claim, error) {
	return t.data.Claim(ctx, id)
}

// ClaimsByID returns those of the claims that exist, in the order of their ids.
func (t *Tenant) ClaimsByID(ctx context.Context, ids []licensing.ID) ([]licensing.Claim, error) {
	return t.data.ClaimsByID(ctx, ids)
}

// MissedClaim returns a missed claim, or [licensing.ErrNotFound].
func (t *Tenant) MissedClaim(ctx context.Context, id licensing.ID) (licensing.MissedClaim, error) {
	return t.data.MissedClaim(ctx, id)
}
