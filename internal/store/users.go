package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// userSearchKey is what users are searched in and ordered by. The line breaks keep a search from
// matching across its parts.
func userSearchKey(u licensing.User) string {
	return licensing.Fold(u.DisplayName + "\n" + u.Email + "\n" + u.ExternalID)
}

// Users lists users by display name, email and external id; text restricts it to those in which one
// of these contains the text, ignoring case.
func (h Handle) Users(text string) paging.List[licensing.User] {
	return lazily[userRow](func(ctx context.Context) *gorm.DB {
		return h.usersFound(ctx, text)
	}, byText("search_key"), func(u licensing.User) paging.Cursor { return paging.Cursor{Key: userSearchKey(u), ID: u.ID} })
}

func (h Handle) usersFound(ctx context.Context, text string) *gorm.DB {
	query := h.from(ctx, &userRow{})

	if key := licensing.Fold(strings.TrimSpace(text)); key != "" {
		query = query.Where(`search_key LIKE ? ESCAPE '\'`, likePattern(key))
	}

	return query
}

// User returns a user, or [ErrNotFound].
func (h Handle) User(ctx context.Context, id licensing.ID) (licensing.User, error) {
	row, err := one[userRow](h.from(ctx, &userRow{}).Where("id = ?", id), "the user")

	return row.domain(), err
}

// UserByExternalID returns the user whom the identity provider calls so, or [ErrNotFound].
func (h Handle) UserByExternalID(ctx context.Context, externalID string) (licensing.User, error) {
	row, err := one[userRow](h.from(ctx, &userRow{}).Where("external_id = ?", externalID), "the user")

	return row.domain(), err
}

// UsersByID returns those of the users that exist, in no order.
func (h Handle) UsersByID(ctx context.Context, ids []licensing.ID) ([]licensing.User, error) {
	return all[userRow](h.from(ctx, &userRow{}).Where(h.anyOf("id", ids)), "users")
}

// LockUser returns a user and keeps other transactions from changing the user's licenses, or returns
// [ErrNotFound]. Users are locked before pools.
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

// SaveUsers adds users, or gives known ones (by external id) the new display name and email.
func (tx *Tx) SaveUsers(ctx context.Context, users []licensing.User) error {
	if len(users) == 0 {
		return nil
	}

	rows := make([]userRow, len(users))
	for i, user := range users {
		rows[i] = newUserRow(tx.tenant, user)
	}

	// Claims lock users in this order too.
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

// SignInTime is when a user signed in.
type SignInTime struct {
	ExternalID string
	At         time.Time
}

// SaveSignInTimes stores when users signed in, and adds the users that the tenant does not know yet. The times must
// be in the order of the external ids: claims lock users in that order too.
func (tx *Tx) SaveSignInTimes(ctx context.Context, times []SignInTime) error {
	if len(times) == 0 {
		return nil
	}

	rows := make([]userRow, len(times))
	for i, s := range times {
		rows[i] = newUserRow(tx.tenant, licensing.User{
			ID: licensing.NewID(s.At), ExternalID: s.ExternalID, LastSignInAt: &s.At, CreatedAt: s.At,
		})
	}

	err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "external_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"last_sign_in_at"}),
	}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("save the times of sign-ins: %w", err)
	}

	return nil
}
