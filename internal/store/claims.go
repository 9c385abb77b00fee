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

// SignInState is what a claim must know: read in one round trip, so that all of it was true at one
// moment after the claim began.
type SignInState struct {
	AutoClaimEnabled bool
	// ConfigVersion and CatalogVersion tell whether remembered policies and catalog are still true.
	ConfigVersion  int64
	CatalogVersion int64
	// User is nil if the tenant does not know the user yet.
	User *licensing.User
	// Licenses are the user's active ones, oldest first.
	Licenses []licensing.License
}

// signInQuery reads the tenant's versions with the user and a row for each active license.
const signInQuery = `
SELECT t.auto_claim_enabled, t.config_version, s.version AS catalog_version,
       u.id AS user_id, u.blocked_at, u.last_sign_in_at,
       l.id AS license_id, l.product_id, l.source, l.policy_id, l.apps_off, l.assigned_at
FROM tenants t
CROSS JOIN catalog_state s
LEFT JOIN users u ON u.tenant_id = t.id AND u.external_id = ?
LEFT JOIN licenses l ON l.tenant_id = t.id AND l.user_id = u.id AND l.removed_at IS NULL
WHERE t.id = ?
ORDER BY l.assigned_at, l.id`

type signInRow struct {
	AutoClaimEnabled bool
	ConfigVersion    int64
	CatalogVersion   int64
	UserID           *licensing.ID
	BlockedAt        *time.Time
	LastSignInAt     *time.Time
	LicenseID        *licensing.ID
	ProductID        *licensing.ID
	Source           *licensing.Source
	PolicyID         *licensing.ID
	AppsOff          *string
	AssignedAt       *time.Time
}

// SignInState reads what a claim of the user must know.
func (h Handle) SignInState(ctx context.Context, externalID string) (SignInState, error) {
	var rows []signInRow
	if err := h.db.WithContext(ctx).Raw(signInQuery, externalID, h.tenant).Scan(&rows).Error; err != nil {
		return SignInState{}, fmt.Errorf("read the user's licenses: %w", err)
	}

	if len(rows) == 0 {
		return SignInState{}, fmt.Errorf("the tenant: %w", ErrNotFound)
	}

	first := rows[0]
	state := SignInState{
		AutoClaimEnabled: first.AutoClaimEnabled,
		ConfigVersion:    first.ConfigVersion,
		CatalogVersion:   first.CatalogVersion,
	}

	if first.UserID == nil {
		return state, nil
	}

	state.User = &licensing.User{
		ID: *first.UserID, ExternalID: externalID,
		BlockedAt: utc(first.BlockedAt), LastSignInAt: utc(first.LastSignInAt),
	}

	for _, row := range rows {
		if row.LicenseID == nil {
			continue
		}

		license := licensing.License{
			ID: *row.LicenseID, UserID: *row.UserID, ProductID: *row.ProductID, Source: *row.Source,
			PolicyID: row.PolicyID, AssignedAt: row.AssignedAt.UTC(),
		}
		if err := json.Unmarshal([]byte(*row.AppsOff), &license.AppsOff); err != nil {
			return SignInState{}, fmt.Errorf("read the apps off in license %s: %w", license.ID, err)
		}

		state.Licenses = append(state.Licenses, license)
	}

	return state, nil
}

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
