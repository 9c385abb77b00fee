package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// lockOrAddUsers returns the users by external id, locked as by [Tx.LockUser], and adds those that the
// tenant doesn't know yet. The external ids must be sorted: all transactions lock users in their order.
func (tx *Tx) lockOrAddUsers(
	ctx context.Context, sorted []string, at time.Time,
) (map[string]licensing.User, error) {
	rows := make([]userRow, len(sorted))
	for i, externalID := range sorted {
		rows[i] = newUserRow(tx.tenant, licensing.User{
			ID: licensing.NewID(at), ExternalID: externalID, LastSignInAt: &at, CreatedAt: at,
		})
	}

	// The update, which is due anyhow, is what locks the row of a user who is there already.
	err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "external_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"last_sign_in_at"}),
	}, clause.Returning{}).Create(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("lock the users: %w", err)
	}

	users := make(map[string]licensing.User, len(rows))
	for _, row := range rows {
		users[row.ExternalID] = row.domain()
	}

	return users, nil
}

// insertClaims adds claims and counts them in their day's roll-up. Their licenses must be there.
func (tx *Tx) insertClaims(ctx context.Context, claims []licensing.Claim) error {
	rows := make([]claimRow, len(claims))
	days := make(map[claimDayRow]int)

	for i, c := range claims {
		rows[i] = claimRow{
			TenantID: tx.tenant, ID: c.ID, UserID: c.UserID, PolicyID: c.PolicyID, AppID: c.AppID,
			ProductID: c.ProductID, LicenseID: c.LicenseID, Position: c.Position, ClaimedAt: c.ClaimedAt,
		}
		days[claimDayRow{
			TenantID: tx.tenant, Day: licensing.Day(c.ClaimedAt), PolicyID: c.PolicyID, ProductID: c.ProductID,
		}]++
	}

	if err := insert(ctx, tx, rows...); err != nil {
		return err
	}

	tx.change.claimed(claims)

	for day, claimed := range days {
		day.Claims = claimed

		err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "tenant_id"}, {Name: "day"}, {Name: "policy_id"}, {Name: "product_id"}},
			DoUpdates: clause.Set{{
				Column: clause.Column{Name: "claims"}, Value: gorm.Expr("claim_days.claims + excluded.claims"),
			}},
		}).Create(&day).Error
		if err != nil {
			return fmt.Errorf("count the day's claims: %w", err)
		}
	}

	return nil
}

// recordMissedClaims notes that the policy turned the users away.
func (tx *Tx) recordMissedClaims(
	ctx context.Context, policy licensing.ID, users []licensing.ID, at time.Time,
) error {
	counts := make(map[licensing.ID]int)
	for _, user := range users {
		counts[user]++
	}

	rows := make([]missedClaimRow, 0, len(counts))
	for user, times := range counts {
		rows = append(rows, missedClaimRow{
			TenantID: tx.tenant, ID: licensing.NewID(at), PolicyID: policy, UserID: user,
			FirstAt: at, LastAt: at, Count: times,
		})
	}

	if len(rows) == 0 {
		return nil
	}

	// Two transactions that write the same rows must not do it in different orders.
	slices.SortFunc(rows, func(a, b missedClaimRow) int { return licensing.CompareIDs(a.UserID, b.UserID) })

	err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "tenant_id"}, {Name: "policy_id"}, {Name: "user_id"}},
		DoUpdates: clause.Set{
			{Column: clause.Column{Name: "last_at"}, Value: gorm.Expr("excluded.last_at")},
			{Column: clause.Column{Name: "count"}, Value: gorm.Expr("missed_claims.count + excluded.count")},
		},
	}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("record missed claims: %w", err)
	}

	return nil
}
