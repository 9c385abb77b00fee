package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// SignIn is a sign-in of a user.
type SignIn struct {
	licensing.Person

	At time.Time
	// OnlyTime says that the tenant knows the user by exactly this external id, and has the name and the email already.
	OnlyTime bool
}

// SaveSignIns stores when users of a tenant signed in, adds the users that the tenant does not know yet, and stores their
// names and emails, if the sign-ins say them. It is one statement if only times are new, and a transaction with a few
// otherwise. Each runs again if it conflicts with another transaction, up to 8 times in all.
func (s *Store) SaveSignIns(ctx context.Context, tenant licensing.ID, signIns []SignIn) error {
	// All transactions lock users in this order.
	matching := s.matchings.of(tenant)
	slices.SortFunc(signIns, func(a, b SignIn) int {
		return cmp.Compare(matching.Key(a.ExternalID), matching.Key(b.ExternalID))
	})

	var times, people []licensing.User

	for _, signIn := range signIns {
		user := licensing.User{
			ID: licensing.NewID(signIn.At), ExternalID: signIn.ExternalID, LastSignInAt: &signIn.At, CreatedAt: signIn.At,
		}

		if signIn.OnlyTime {
			times = append(times, user)
		} else {
			people = append(people, user.NamedAs(signIn.Person))
		}
	}

	err := errors.Join(s.saveSignInTimes(ctx, tenant, times), s.savePeople(ctx, tenant, people))
	if err != nil {
		return fmt.Errorf("save the sign-ins: %w", err)
	}

	return nil
}

// saveSignInTimes stores the times of the last sign-ins of users that exist.
func (s *Store) saveSignInTimes(ctx context.Context, tenant licensing.ID, users []licensing.User) error {
	if len(users) == 0 {
		return nil
	}

	rows := make([]userRow, len(users))
	for i, user := range users {
		rows[i] = newUserRow(tenant, licensing.MatchExact, user)
	}

	return s.retry(ctx, func() error {
		return s.database.SignInWriter().WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "external_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"last_sign_in_at"}),
		}).Create(&rows).Error
	})
}

// savePeople is [Tx.SaveUsers] on a connection for sign-ins.
func (s *Store) savePeople(ctx context.Context, tenant licensing.ID, users []licensing.User) error {
	if len(users) == 0 {
		return nil
	}

	return s.retry(ctx, func() error {
		return s.database.InSignInTx(ctx, func(db *gorm.DB) error {
			tx := &Tx{Handle: Handle{db: db, tenant: tenant, database: s.database}, store: s}

			return tx.SaveUsers(ctx, users)
		})
	})
}
