package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// Users lists users by display name, email and external id. A text restricts the list to users in whose
// display name, email or external id it occurs, ignoring case; an empty text restricts nothing.
func (t *Tenant) Users(text string) paging.List[licensing.User] { return t.data.Users(text) }

// User returns a user, or [licensing.ErrNotFound].
func (t *Tenant) User(ctx context.Context, id licensing.ID) (licensing.User, error) {
	return t.data.User(ctx, id)
}

// UserByExternalID returns the user with the identity provider's id, or [licensing.ErrNotFound].
func (t *Tenant) UserByExternalID(ctx context.Context, externalID string) (licensing.User, error) {
	return t.data.UserByExternalID(ctx, externalID)
}

// UsersByID returns those of the users that exist, in no order.
func (t *Tenant) UsersByID(ctx context.Context, ids []licensing.ID) ([]licensing.User, error) {
	return t.data.UsersByID(ctx, ids)
}
