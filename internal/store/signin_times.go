package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SignInTime is when a user signed in.
type SignInTime struct {
	ExternalID string
	At         time.Time
}

// SaveSignInTimes stores when users signed in, and adds the users that the tenant does not know yet. The times must be
// in the order of the external ids, in which all transactions lock users.
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
