package store

import (
	"context"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// KnownUsers are users of a tenant, to be found as the tenant compares external ids.
type KnownUsers struct {
	matching licensing.ExternalIDMatching
	rows     map[string]userRow
}

// Find returns the user whom an external id names.
func (k KnownUsers) Find(externalID string) (user licensing.User, known bool) {
	row, known := k.rows[k.matching.Key(externalID)]

	return row.domain(), known
}

// Add adds a user.
func (k KnownUsers) Add(user licensing.User) {
	k.rows[k.matching.Key(user.ExternalID)] = newUserRow(licensing.ID{}, k.matching, user)
}

// KnownUsers returns those of the users that the tenant knows.
func (h Handle) KnownUsers(ctx context.Context, externalIDs []string) (KnownUsers, error) {
	matching, err := h.matching(ctx)
	if err != nil {
		return KnownUsers{}, err
	}

	var found []userRow
	if err := byKeys(h.from(ctx, &userRow{}), matching, externalIDs).Find(&found).Error; err != nil {
		return KnownUsers{}, fmt.Errorf("read users: %w", err)
	}

	return KnownUsers{matching: matching, rows: rowsByKey(found, matching)}, nil
}
