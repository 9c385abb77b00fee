package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// Users lists users in the order of display name, email and external id. text restricts the list to users in which one
// of these contains the text, ignoring case; an empty text restricts nothing.
func (h Handle) Users(text string) paging.List[licensing.User] {
	return lazyList[userRow](func(ctx context.Context) *gorm.DB {
		return h.usersFound(ctx, text)
	}, byText("search_key"), func(u licensing.User) paging.Cursor { return paging.Cursor{Key: columns.UserSearchKey(u), ID: u.ID} })
}

func (h Handle) usersFound(ctx context.Context, text string) *gorm.DB {
	query := h.from(ctx, &userRow{})

	if key := licensing.Fold(strings.TrimSpace(text)); key != "" {
		query = query.Where(`search_key LIKE ? ESCAPE '\'`, likePattern(key))
	}

	return query
}

// User returns a user, or [licensing.ErrNotFound].
func (h Handle) User(ctx context.Context, id licensing.ID) (licensing.User, error) {
	row, err := one[userRow](h.from(ctx, &userRow{}).Where("id = ?", id), "the user")

	return row.domain(), err
}

// UserByExternalID returns the user with the identity provider's id, or [licensing.ErrNotFound].
func (h Handle) UserByExternalID(ctx context.Context, externalID string) (licensing.User, error) {
	row, err := one[userRow](h.from(ctx, &userRow{}).Where("external_id = ?", externalID), "the user")

	return row.domain(), err
}

// UsersByID returns the users with these ids, in no particular order. Unknown ids are ignored.
func (h Handle) UsersByID(ctx context.Context, ids []licensing.ID) ([]licensing.User, error) {
	return all[userRow](h.from(ctx, &userRow{}).Where(h.anyOf("id", ids)), "users")
}

// LockUser returns a user and locks the user until the transaction ends: other transactions cannot change the user's
// licenses. It returns [licensing.ErrNotFound] if there is no such user. Lock users before pools.
func (tx *Tx) LockUser(ctx context.Context, id licensing.ID) (licensing.User, error) {
	row, err := one[userRow](tx.locking(ctx, &userRow{}).Where("id = ?", id), "the user")

	return row.domain(), err
}

// LockUserByExternalID is [Tx.LockUser] for the identity provider's id of the user.
func (tx *Tx) LockUserByExternalID(ctx context.Context, externalID string) (licensing.User, error) {
	row, err := one[userRow](tx.locking(ctx, &userRow{}).Where("external_id = ?", externalID), "the user")

	return row.domain(), err
}

// LockUserOfLicense is [Tx.LockUser] for the user who has, or had, a license.
func (tx *Tx) LockUserOfLicense(ctx context.Context, license licensing.ID) (licensing.User, error) {
	user := tx.from(ctx, &licenseRow{}).Select("user_id").Where("id = ?", license)
	row, err := one[userRow](tx.locking(ctx, &userRow{}).Where("id = (?)", user), "the user")

	return row.domain(), err
}

// SaveBlocked stores whether the user is blocked from auto-claiming.
func (tx *Tx) SaveBlocked(ctx context.Context, user licensing.User) error {
	err := tx.from(ctx, &userRow{}).Where("id = ?", user.ID).Update("blocked_at", user.BlockedAt).Error
	if err != nil {
		return fmt.Errorf("save the user's block: %w", err)
	}

	return nil
}

// SaveUsers adds users. If the tenant has a user with the same external id, it updates display name and email instead.
func (tx *Tx) SaveUsers(ctx context.Context, users []licensing.User) error {
	if len(users) == 0 {
		return nil
	}

	rows := make([]userRow, len(users))
	for i, user := range users {
		rows[i] = newUserRow(tx.tenant, user)
	}

	// All transactions lock users in this order.
	slices.SortFunc(rows, func(a, b userRow) int { return strings.Compare(a.ExternalID, b.ExternalID) })

	err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "external_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"display_name", "email", "search_key"}),
	}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("save the users: %w", err)
	}

	return nil
}

// likePattern is a pattern for texts that contain the part, which may contain any characters. The escape character is
// \.
func likePattern(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}
