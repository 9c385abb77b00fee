package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// ErrExternalIDTaken says that another user of the tenant has an external id already.
var ErrExternalIDTaken = errors.New("another user has this external id")

// SaveBlocked stores whether the user is blocked from auto-claiming.
func (tx *Tx) SaveBlocked(ctx context.Context, user licensing.User) error {
	err := tx.from(ctx, &userRow{}).Where("id = ?", user.ID).Update("blocked_at", user.BlockedAt).Error
	if err != nil {
		return fmt.Errorf("save the user's block: %w", err)
	}

	return nil
}

// SaveUser stores the external id, the name and the email of a locked user, or returns [ErrExternalIDTaken]. The tenant must
// be locked too: an update of a user does not keep its way of comparing external ids from changing.
func (tx *Tx) SaveUser(ctx context.Context, matching licensing.ExternalIDMatching, user licensing.User) error {
	var others []userRow

	query := byKeys(tx.from(ctx, &userRow{}), matching, []string{user.ExternalID}).Where("id <> ?", user.ID).Limit(1)
	if err := query.Find(&others).Error; err != nil {
		return fmt.Errorf("read the user with this external id: %w", err)
	}

	if len(others) > 0 {
		return ErrExternalIDTaken
	}

	err := tx.from(ctx, &userRow{}).Where("id = ?", user.ID).Updates(map[string]any{
		"external_id": user.ExternalID, "folded_id": columns.FoldedID(matching, user.ExternalID),
		"display_name": user.DisplayName, "email": user.Email, "search_key": columns.UserSearchKey(user),
	}).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrExternalIDTaken // Somebody added the other user just now.
	}

	if err != nil {
		return fmt.Errorf("save the user: %w", err)
	}

	return nil
}

// SaveUsers adds the users whom the tenant does not know by their external ids. The others get the names and emails that are
// not empty, and the times of sign-ins that are not nil; see [licensing.User.NamedAs].
func (tx *Tx) SaveUsers(ctx context.Context, users []licensing.User) error {
	if len(users) == 0 {
		return nil
	}

	matching, err := tx.matching(ctx)
	if err != nil {
		return err
	}

	known, err := tx.addUsers(ctx, matching, users)
	if err != nil {
		return err
	}

	changed := make(map[string]userRow)

	for _, user := range users {
		key := matching.Key(user.ExternalID)

		if row, isNew := known[key].named(user, matching); isNew {
			known[key], changed[key] = row, row
		}
	}

	rows := make([]userRow, 0, len(changed))
	for _, key := range slices.Sorted(maps.Keys(changed)) {
		rows = append(rows, changed[key])
	}

	err = tx.updateUsers(ctx, rows, "display_name", "email", "search_key", "last_sign_in_at", "folded_id")

	return errors.Join(err, tx.checkMatching(ctx, matching))
}

// named returns the row after somebody said the name, the email and the time of a sign-in, and whether that changes it.
func (r userRow) named(said licensing.User, matching licensing.ExternalIDMatching) (after userRow, isNew bool) {
	user := r.domain().NamedAs(licensing.Person{DisplayName: said.DisplayName, Email: said.Email})
	user.LastSignInAt = cmp.Or(said.LastSignInAt, user.LastSignInAt)

	after = newUserRow(r.TenantID, matching, user)
	folded := r.FoldedID == nil && after.FoldedID != nil
	after.FoldedID = cmp.Or(r.FoldedID, after.FoldedID)

	return after, folded || after.DisplayName != r.DisplayName || after.Email != r.Email || said.LastSignInAt != nil
}

// addUsers adds the users whom the tenant does not know, and returns the locked rows of all users by key.
func (tx *Tx) addUsers(
	ctx context.Context, matching licensing.ExternalIDMatching, users []licensing.User,
) (map[string]userRow, error) {
	byKey := make(map[string]userRow, len(users))
	externalIDs := make([]string, len(users))

	for i, user := range users {
		externalIDs[i] = user.ExternalID
		if key := matching.Key(user.ExternalID); byKey[key].ID == (licensing.ID{}) {
			byKey[key] = newUserRow(tx.tenant, matching, user)
		}
	}

	// All transactions lock users in this order.
	rows := make([]userRow, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		rows = append(rows, byKey[key])
	}

	if err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
		return nil, fmt.Errorf("add users: %w", err)
	}

	var found []userRow

	query := byKeys(tx.locking(ctx, &userRow{}), matching, externalIDs).Order(tx.database.ByBytes("external_id"))
	if err := query.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("lock users: %w", err)
	}

	return rowsByKey(found, matching), nil
}

func rowsByKey(rows []userRow, matching licensing.ExternalIDMatching) map[string]userRow {
	byKey := make(map[string]userRow, len(rows))

	for _, row := range rows {
		// If an earlier server has added the same user once more, without a folded id, the other one counts.
		if key := matching.Key(row.ExternalID); row.FoldedID != nil || byKey[key].ID == (licensing.ID{}) {
			byKey[key] = row
		}
	}

	return byKey
}

// updateUsers stores columns of users that exist, unless their external ids have changed.
func (tx *Tx) updateUsers(ctx context.Context, rows []userRow, changed ...string) error {
	if len(rows) == 0 {
		return nil
	}

	err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "id"}},
		DoUpdates: clause.AssignmentColumns(changed),
		Where:     clause.Where{Exprs: []clause.Expression{gorm.Expr("users.external_id = excluded.external_id")}},
	}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("change users: %w", err)
	}

	return nil
}
