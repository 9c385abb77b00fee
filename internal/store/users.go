package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

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

// UserByExternalID returns the user whom the identity provider's id names by the tenant's settings, or
// [licensing.ErrNotFound].
func (h Handle) UserByExternalID(ctx context.Context, externalID string) (licensing.User, error) {
	row, err := one[userRow](h.byExternalID(ctx, h.from(ctx, &userRow{}), externalID), "the user")

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
	row, err := one[userRow](tx.byExternalID(ctx, tx.locking(ctx, &userRow{}), externalID), "the user")

	return row.domain(), err
}

// LockUserOfLicense is [Tx.LockUser] for the user who has, or had, a license.
func (tx *Tx) LockUserOfLicense(ctx context.Context, license licensing.ID) (licensing.User, error) {
	user := tx.from(ctx, &licenseRow{}).Select("user_id").Where("id = ?", license)
	row, err := one[userRow](tx.locking(ctx, &userRow{}).Where("id = (?)", user), "the user")

	return row.domain(), err
}

// likePattern is a pattern for texts that contain the part, which may contain any characters. The escape character is
// \.
func likePattern(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}
