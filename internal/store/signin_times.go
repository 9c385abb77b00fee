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

// SaveSignInTimes stores when users of a tenant signed in, and adds the users that the tenant does not know yet. The times
// must be in the order of the external ids, in which all transactions lock users. It is one statement, which runs again
// if it conflicts with a transaction, up to 8 times in all.
func (s *Store) SaveSignInTimes(ctx context.Context, tenant licensing.ID, times []SignInTime) error {
	if len(times) == 0 {
		return nil
	}

	rows := make([]userRow, len(times))
	for i, signIn := range times {
		rows[i] = newUserRow(tenant, licensing.User{
			ID: licensing.NewID(signIn.At), ExternalID: signIn.ExternalID, LastSignInAt: &signIn.At, CreatedAt: signIn.At,
		})
	}

	err := s.retry(ctx, func() error {
		return s.database.SignInWriter().WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "external_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"last_sign_in_at"}),
		}).Create(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("save the times of sign-ins: %w", err)
	}

	return nil
}
