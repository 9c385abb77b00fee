package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// The statements of a batch of claims.
const (
	claimAddUsers = `
INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, folded_id, last_sign_in_at, created_at)
SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, ?, ? FROM json_each(?) WHERE true
ON CONFLICT (tenant_id, folded_id) WHERE folded_id IS NOT NULL DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at
ON CONFLICT (tenant_id, external_id) DO UPDATE
SET last_sign_in_at = excluded.last_sign_in_at, folded_id = coalesce(excluded.folded_id, users.folded_id)
RETURNING id, external_id, blocked_at`

	claimReadTerms = `
SELECT t.auto_claim_enabled, t.config_version, s.version, t.fold_external_ids
FROM tenants t CROSS JOIN catalog_state s WHERE t.id = ?`

	claimReadPools = `
SELECT product_id, total, assigned FROM license_pools
WHERE tenant_id = ? AND product_id IN (SELECT value FROM json_each(?))`

	claimReadLicenses = `
SELECT ` + licenseColumns + `
FROM licenses l
WHERE l.tenant_id = ? AND l.user_id IN (SELECT value FROM json_each(?)) AND l.removed_at IS NULL
ORDER BY l.assigned_at, l.id`

	claimRecordMissed = `
INSERT INTO missed_claims (tenant_id, id, policy_id, user_id, first_at, last_at, count)
SELECT ?, value ->> 0, ?, value ->> 1, ?, ?, value ->> 2 FROM json_each(?) WHERE true
ON CONFLICT (tenant_id, policy_id, user_id) DO UPDATE
SET last_at = excluded.last_at, count = missed_claims.count + excluded.count`

	claimInsertLicenses = `
INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
SELECT ?, value ->> 0, value ->> 1, value ->> 2, 'AUTO_CLAIM', ?, value ->> 3, ? FROM json_each(?)`

	claimInsertClaims = `
INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
SELECT ?, value ->> 0, value ->> 1, ?, ?, value ->> 2, value ->> 3, value ->> 4, ? FROM json_each(?)`

	claimCountDay = `
INSERT INTO claim_days (tenant_id, day, policy_id, product_id, claims, quarters)
SELECT ?, ?, ?, value ->> 0, value ->> 1, json_object(?, value ->> 1) FROM json_each(?) WHERE true
ON CONFLICT (tenant_id, day, policy_id, product_id) DO UPDATE SET claims = claim_days.claims + excluded.claims,
quarters = json_set(claim_days.quarters, ?, coalesce(claim_days.quarters ->> ?, 0) + excluded.claims)`

	claimCountAssigned = `
UPDATE license_pools SET assigned = assigned + taken.claims
FROM (SELECT value ->> 0 AS product_id, value ->> 1 AS claims FROM json_each(?)) taken
WHERE tenant_id = ? AND license_pools.product_id = taken.product_id`
)

// Claim sends its statements one by one, which costs little: there is no network in between.
func (d *Database) Claim(
	ctx context.Context, batch licensing.ClaimBatch,
	decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
) error {
	return d.InTx(ctx, func(tx *gorm.DB) error {
		facts, err := readClaimFacts(tx, batch)
		if err != nil {
			return err
		}

		results, err := decide(facts)
		if err != nil {
			return err
		}

		return saveClaimResults(tx, batch.TenantID, results)
	})
}

func readClaimFacts(tx *gorm.DB, batch licensing.ClaimBatch) (facts licensing.ClaimFacts, err error) {
	if facts.Users, err = addUsers(tx, batch); err != nil {
		return facts, fmt.Errorf("add the users: %w", err)
	}

	var folded bool

	terms := []any{&facts.AutoClaimEnabled, &facts.ConfigVersion, &facts.CatalogVersion, &folded}
	if err := tx.Raw(claimReadTerms, batch.TenantID).Row().Scan(terms...); err != nil {
		return facts, fmt.Errorf("read the tenant: %w", err)
	}

	facts.Matching = columns.Matching(folded)

	if facts.Pools, err = readPools(tx, batch); err != nil {
		return facts, fmt.Errorf("read the license pools: %w", err)
	}

	if facts.Licenses, err = readLicenses(tx, batch.TenantID, facts.Users); err != nil {
		return facts, fmt.Errorf("read active licenses: %w", err)
	}

	return facts, nil
}

// addUsers adds the users that the tenant does not know, and returns all of the batch by the keys of their external ids.
func addUsers(tx *gorm.DB, batch licensing.ClaimBatch) (map[string]licensing.User, error) {
	rows := jsonRows(batch.People, func(person licensing.Person) []any {
		return []any{
			licensing.NewID(batch.At), person.ExternalID, person.DisplayName, person.Email, columns.PersonSearchKey(person),
			columns.FoldedID(batch.Matching, person.ExternalID),
		}
	})
	users := make(map[string]licensing.User, len(batch.People))

	var (
		user       licensing.User
		externalID string
		blockedAt  sql.NullTime
	)

	err := eachRow(tx.Raw(claimAddUsers, batch.TenantID, batch.At, batch.At, rows),
		[]any{&user.ID, &externalID, &blockedAt}, func() error {
			user.BlockedAt = nullableTime(blockedAt)
			users[batch.Matching.Key(externalID)] = user

			return nil
		})

	return users, err
}

func readPools(tx *gorm.DB, batch licensing.ClaimBatch) (map[licensing.ID]licensing.Pool, error) {
	pools := make(map[licensing.ID]licensing.Pool, len(batch.Products))

	var pool licensing.Pool

	err := eachRow(tx.Raw(claimReadPools, batch.TenantID, columns.EncodeIDs(batch.Products)),
		[]any{&pool.ProductID, &pool.Total, &pool.Assigned}, func() error {
			pools[pool.ProductID] = pool

			return nil
		})

	return pools, err
}

func readLicenses(
	tx *gorm.DB, tenant licensing.ID, users map[string]licensing.User,
) (map[licensing.ID][]licensing.License, error) {
	ids := make([]licensing.ID, 0, len(users))
	for _, user := range users {
		ids = append(ids, user.ID)
	}

	byUser := make(map[licensing.ID][]licensing.License)

	var row licenseRow

	err := eachRow(tx.Raw(claimReadLicenses, tenant, columns.EncodeIDs(ids)), row.appendTargets(nil), func() error {
		license, err := row.license()
		if err != nil {
			return err
		}

		byUser[license.UserID] = append(byUser[license.UserID], license)

		return nil
	})

	return byUser, err
}

func saveClaimResults(tx *gorm.DB, tenant licensing.ID, results licensing.ClaimResults) error {
	if err := recordMissed(tx, tenant, results); err != nil {
		return fmt.Errorf("record missed claims: %w", err)
	}

	if len(results.Claims) == 0 {
		return nil
	}

	licenses := jsonRows(results.Licenses, func(l licensing.License) []any {
		return []any{l.ID, l.UserID, l.ProductID, columns.EncodeIDs(l.AppsOff)}
	})
	if err := tx.Exec(claimInsertLicenses, tenant, results.PolicyID, results.At, licenses).Error; err != nil {
		return fmt.Errorf("add the licenses: %w", err)
	}

	claims := jsonRows(results.Claims, func(c licensing.Claim) []any {
		return []any{c.ID, c.UserID, c.ProductID, c.LicenseID, c.Position}
	})
	if err := tx.Exec(claimInsertClaims, tenant, results.PolicyID, results.AppID, results.At, claims).Error; err != nil {
		return fmt.Errorf("add the claims: %w", err)
	}

	counts := jsonCounts(results.LicensesByProduct())
	if err := countDay(tx, tenant, results, counts); err != nil {
		return fmt.Errorf("count the day's claims: %w", err)
	}

	if err := tx.Exec(claimCountAssigned, counts, tenant).Error; err != nil {
		return fmt.Errorf("count the assigned licenses: %w", err)
	}

	return nil
}

func recordMissed(tx *gorm.DB, tenant licensing.ID, results licensing.ClaimResults) error {
	if len(results.Missed) == 0 {
		return nil
	}

	times := results.MissedByUser()
	rows := jsonRows(slices.Collect(maps.Keys(times)), func(user licensing.ID) []any {
		return []any{licensing.NewID(results.At), user, times[user]}
	})

	return tx.Exec(claimRecordMissed, tenant, results.PolicyID, results.At, results.At, rows).Error
}

// countDay raises the day's roll-up, and that of the quarter-hour in it.
func countDay(tx *gorm.DB, tenant licensing.ID, results licensing.ClaimResults, counts string) error {
	quarter := strconv.Itoa(licensing.Quarter(results.At))
	path := `$."` + quarter + `"`

	return tx.Exec(
		claimCountDay, tenant, licensing.Day(results.At), results.PolicyID, quarter, counts, path, path).Error
}

// jsonCounts returns products and their counts for json_each.
func jsonCounts(byProduct map[licensing.ID]int) string {
	return jsonRows(slices.Collect(maps.Keys(byProduct)), func(product licensing.ID) []any {
		return []any{product, byProduct[product]}
	})
}
