package store

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// UsersByExternalID returns those of the users that the tenant knows, by external id.
func (h Handle) UsersByExternalID(ctx context.Context, externalIDs []string) (map[string]licensing.User, error) {
	users, err := all[userRow](h.from(ctx, &userRow{}).Where("external_id IN ?", externalIDs), "users")

	return byExternalID(users), err
}

// LockUsersByExternalID is [Handle.UsersByExternalID], and locks the users until the transaction ends: other
// transactions can change neither them nor their licenses.
func (tx *Tx) LockUsersByExternalID(ctx context.Context, externalIDs []string) (map[string]licensing.User, error) {
	// All transactions lock users in this order.
	query := tx.locking(ctx, &userRow{}).Where("external_id IN ?", externalIDs).Order(tx.database.ByBytes("external_id"))
	users, err := all[userRow](query, "users")

	return byExternalID(users), err
}

func byExternalID(users []licensing.User) map[string]licensing.User {
	known := make(map[string]licensing.User, len(users))
	for _, user := range users {
		known[user.ExternalID] = user
	}

	return known
}
