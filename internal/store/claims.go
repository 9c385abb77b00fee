package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// The statements of a batch of claims on SQLite. Each takes its rows as one JSON list: a parameter for each cell
// would cost more than the rest of the batch.
const (
	sqliteLockUsers = `
INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at)
SELECT ?, value ->> 0, value ->> 1, '', '', value ->> 2, ?, ? FROM json_each(?) WHERE true
ON CONFLICT (tenant_id, external_id) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at
RETURNING id, external_id, blocked_at`

	sqliteInsertLicenses = `
INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
SELECT ?, value ->> 0, value ->> 1, value ->> 2, 'AUTO_CLAIM', ?, value ->> 3, ? FROM json_each(?)`

	sqliteInsertClaims = `
INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
SELECT ?, value ->> 0, value ->> 1, ?, ?, value ->> 2, value ->> 3, value ->> 4, ? FROM json_each(?)`
)

// list is rows as JSON. Ids, texts and numbers always have a JSON form.
func list[T any](items []T, row func(T) []any) string {
	rows := make([][]any, len(items))
	for i, item := range items {
		rows[i] = row(item)
	}

	text, _ := json.Marshal(rows)

	return string(text)
}

// lockOrAddUsers returns the users by external id, locked as by [Tx.LockUser], and adds those that the
// tenant doesn't know yet. The external ids must be sorted: all transactions lock users in their order.
func (tx *Tx) lockOrAddUsers(
	ctx context.Context, sorted []string, at time.Time,
) (map[string]licensing.User, error) {
	rows := list(sorted, func(externalID string) []any {
		return []any{licensing.NewID(at), externalID, userSearchKey(licensing.User{ExternalID: externalID})}
	})

	var found []userRow
	if err := tx.db.WithContext(ctx).Raw(sqliteLockUsers, tx.tenant, at, at, rows).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("lock the users: %w", err)
	}

	users := make(map[string]licensing.User, len(found))
	for _, row := range found {
		users[row.ExternalID] = row.domain()
	}

	return users, nil
}

// insertClaimed adds licenses with their claims, and counts them in their day's roll-up.
func (tx *Tx) insertClaimed(ctx context.Context, results licensing.ClaimResults) error {
	licenses := list(results.Licenses, func(l licensing.License) []any {
		return []any{l.ID, l.UserID, l.ProductID, idList(l.AppsOff)}
	})
	claims := list(results.Claims, func(c licensing.Claim) []any {
		return []any{c.ID, c.UserID, c.ProductID, c.LicenseID, c.Position}
	})
	db := tx.db.WithContext(ctx)

	if err := db.Exec(sqliteInsertLicenses, tx.tenant, results.PolicyID, results.At, licenses).Error; err != nil {
		return fmt.Errorf("add the licenses: %w", err)
	}

	err := db.Exec(sqliteInsertClaims, tx.tenant, results.PolicyID, results.AppID, results.At, claims).Error
	if err != nil {
		return fmt.Errorf("add the claims: %w", err)
	}

	tx.change.AddClaims(results.Claims)

	for product, claimed := range results.LicensesByProduct() {
		day := claimDayRow{
			TenantID: tx.tenant, Day: licensing.Day(results.At), PolicyID: results.PolicyID, ProductID: product, Claims: claimed,
		}

		err := db.Clauses(clause.OnConflict{
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
	ctx context.Context, policy licensing.ID, counts map[licensing.ID]int, at time.Time,
) error {
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
