package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// The statements of a batch of claims. They take two round trips: the first locks and reads, the second writes and
// commits.
const (
	// The update of the sign-in time, which is due anyway, locks the users, in the order of their external ids.
	claimLockUsers = `
INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at)
SELECT $1, r.id, r.external_id, r.display_name, r.email, r.search_key, $5, $5
FROM unnest($2::uuid[], $3::text[], $4::text[], $6::text[], $7::text[]) AS r (id, external_id, search_key, display_name, email)
ON CONFLICT (tenant_id, external_id) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at
RETURNING id, external_id, blocked_at`

	// The same where external ids are folded.
	claimLockFoldedUsers = `
INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at, folded_id)
SELECT $1, r.id, r.external_id, r.display_name, r.email, r.search_key, $5, $5, r.folded_id
FROM unnest($2::uuid[], $3::text[], $4::text[], $6::text[], $7::text[], $8::text[])
  AS r (id, external_id, search_key, display_name, email, folded_id)
ON CONFLICT (tenant_id, folded_id) WHERE folded_id IS NOT NULL DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at
RETURNING id, folded_id, blocked_at`

	// A server of an earlier version adds users without a folded id.
	claimFoldUsers = `
UPDATE users u SET folded_id = r.folded_id FROM unnest($2::text[], $3::text[]) AS r (external_id, folded_id)
WHERE u.tenant_id = $1 AND u.external_id = r.external_id AND u.folded_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM users o WHERE o.tenant_id = $1 AND o.folded_id = r.folded_id)`

	// This statement comes after the one that adds users. What it reads of the settings stays true until the end of the
	// transaction if that one added somebody: the foreign key of the new user has locked the tenant.
	claimReadTerms = `
SELECT t.auto_claim_enabled, t.config_version, s.version, t.fold_external_ids
FROM tenants t CROSS JOIN catalog_state s WHERE t.id = $1`

	claimLockPools = `
SELECT product_id, total, assigned FROM license_pools WHERE tenant_id = $1 AND product_id = ANY($2::uuid[])
ORDER BY product_id FOR NO KEY UPDATE`

	// This statement comes after the locks, so it sees all that was committed before they were taken. For the form of
	// the lookup, see selectClaimants.
	claimReadLicenses = claimUsersByKey + `external_id` + claimLicensesOfUsers
	// The same where external ids are folded.
	claimReadFoldedLicenses = claimUsersByKey + `folded_id` + claimLicensesOfUsers

	claimUsersByKey = `
SELECT l.*
FROM unnest((SELECT $2::text[])) AS r (key)
CROSS JOIN LATERAL (SELECT id FROM users WHERE tenant_id = $1 AND `
	claimLicensesOfUsers = ` = r.key OFFSET 0) u
CROSS JOIN LATERAL (` + selectActiveLicenses + `
) l
ORDER BY l.assigned_at, l.id`

	// Licenses, their claims and both counters are one statement: in a batch of one claim, the overhead of a statement
	// is as large as the work on its rows. Foreign keys are checked at the end of the statement.
	claimInsert = `
WITH r AS (
  SELECT * FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::smallint[], $10::text[])
    AS r (license_id, claim_id, user_id, product_id, position, apps_off)
), taken AS (
  SELECT * FROM unnest($11::uuid[], $12::bigint[]) AS taken (product_id, claims)
), licensed AS (
  INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
  SELECT $1, license_id, user_id, product_id, 'AUTO_CLAIM', $2, apps_off::jsonb, $4 FROM r
), claimed AS (
  INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
  SELECT $1, claim_id, user_id, $2, $3, product_id, license_id, position, $4 FROM r
), counted AS (
  INSERT INTO claim_days (tenant_id, day, policy_id, product_id, claims, quarters)
  SELECT $1, $13::date, $2, product_id, claims,
    array_append(array_fill(NULL::integer, ARRAY[$14::integer - 1]), claims::integer) FROM taken
  ON CONFLICT (tenant_id, day, policy_id, product_id) DO UPDATE SET claims = claim_days.claims + excluded.claims,
    quarters[$14::integer] = coalesce(claim_days.quarters[$14::integer], 0) + excluded.claims::integer
)
UPDATE license_pools p SET assigned = p.assigned + taken.claims
FROM taken WHERE p.tenant_id = $1 AND p.product_id = taken.product_id`

	claimRecordMissed = `
INSERT INTO missed_claims (tenant_id, id, policy_id, user_id, first_at, last_at, count)
SELECT $1, r.id, $2, r.user_id, $3, $3, r.times FROM unnest($4::uuid[], $5::uuid[], $6::bigint[]) AS r (id, user_id, times)
ON CONFLICT (tenant_id, policy_id, user_id) DO UPDATE
SET last_at = excluded.last_at, count = missed_claims.count + excluded.count`
)

// Claim takes two round trips.
func (d *Database) Claim(
	ctx context.Context, batch licensing.ClaimBatch,
	decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
) error {
	return d.withConnection(ctx, func(connection *pgx.Conn) (err error) {
		defer func() {
			if err != nil && !connection.IsClosed() {
				// Even if ctx has ended, the connection must not go back to the pool within a transaction.
				_, rollbackErr := connection.Exec(context.WithoutCancel(ctx), "ROLLBACK")
				err = errors.Join(err, rollbackErr)
			}
		}()

		facts, err := readClaimFacts(ctx, connection, batch)
		if err != nil {
			return err
		}

		results, err := decide(facts)
		if err != nil {
			return err
		}

		return saveClaimResults(ctx, connection, batch.TenantID, results)
	})
}

func readClaimFacts(ctx context.Context, connection *pgx.Conn, batch licensing.ClaimBatch) (licensing.ClaimFacts, error) {
	facts := licensing.ClaimFacts{
		Users:    make(map[string]licensing.User, len(batch.People)),
		Licenses: make(map[licensing.ID][]licensing.License),
		Pools:    make(map[licensing.ID]licensing.Pool, len(batch.Products)),
	}
	tenant, keys := uuidOf(batch.TenantID), batch.Keys()

	var (
		statements pgx.Batch
		folded     bool
	)

	statements.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	queueUsers(&statements, batch, keys, facts.Users)
	statements.Queue(claimReadTerms, tenant).QueryRow(func(row pgx.Row) error {
		return row.Scan(&facts.AutoClaimEnabled, &facts.ConfigVersion, &facts.CatalogVersion, &folded)
	})
	statements.Queue(claimLockPools, tenant, uuidsOf(batch.Products)).Query(func(rows pgx.Rows) error {
		return scanPools(rows, facts.Pools)
	})

	readLicenses := claimReadLicenses
	if batch.Matching == licensing.MatchFolded {
		readLicenses = claimReadFoldedLicenses
	}

	statements.Queue(readLicenses, tenant, keys).Query(func(rows pgx.Rows) error {
		return scanLicenses(rows, facts.Licenses)
	})

	if err := connection.SendBatch(ctx, &statements).Close(); err != nil {
		return licensing.ClaimFacts{}, fmt.Errorf("lock users and pools: %w", err)
	}

	facts.Matching = columns.Matching(folded)

	return facts, nil
}

// queueUsers queues what locks the users of a batch, and adds those that the tenant does not know. Their rows go to users,
// by key.
func queueUsers(statements *pgx.Batch, batch licensing.ClaimBatch, keys []string, users map[string]licensing.User) {
	n := len(batch.People)
	ids, externalIDs, searchKeys := make([]pgtype.UUID, n), make([]string, n), make([]string, n)
	names, emails := make([]string, n), make([]string, n)

	for i, person := range batch.People {
		ids[i], externalIDs[i] = uuidOf(licensing.NewID(batch.At)), person.ExternalID
		names[i], emails[i] = person.DisplayName, person.Email
		searchKeys[i] = columns.PersonSearchKey(person)
	}

	tenant := uuidOf(batch.TenantID)
	statement, args := claimLockUsers, []any{tenant, ids, externalIDs, searchKeys, batch.At, names, emails}

	if batch.Matching == licensing.MatchFolded {
		statements.Queue(claimFoldUsers, tenant, externalIDs, keys)
		statement, args = claimLockFoldedUsers, append(args, keys)
	}

	statements.Queue(statement, args...).Query(func(rows pgx.Rows) error { return scanUsers(rows, users) })
}

// scanUsers scans users by the keys of their external ids.
func scanUsers(rows pgx.Rows, users map[string]licensing.User) error {
	var (
		user      licensing.User
		key       string
		blockedAt pgtype.Timestamptz
	)

	for targets := []any{(*[16]byte)(&user.ID), &key, &blockedAt}; rows.Next(); {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read a user: %w", err)
		}

		user.BlockedAt = nullableTime(blockedAt)
		users[key] = user
	}

	return rows.Err()
}

func scanPools(rows pgx.Rows, pools map[licensing.ID]licensing.Pool) error {
	var pool licensing.Pool

	for targets := []any{(*[16]byte)(&pool.ProductID), &pool.Total, &pool.Assigned}; rows.Next(); {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read a pool: %w", err)
		}

		pools[pool.ProductID] = pool
	}

	return rows.Err()
}

func scanLicenses(rows pgx.Rows, byUser map[licensing.ID][]licensing.License) error {
	var row licenseRow

	for targets := row.appendTargets(nil); rows.Next(); {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read a license: %w", err)
		}

		license, err := row.license()
		if err != nil {
			return err
		}

		byUser[license.UserID] = append(byUser[license.UserID], license)
	}

	return rows.Err()
}

func saveClaimResults(
	ctx context.Context, connection *pgx.Conn, tenant licensing.ID, results licensing.ClaimResults,
) error {
	var statements pgx.Batch

	queueMissed(&statements, tenant, results)
	queueClaims(&statements, tenant, results)
	statements.Queue("COMMIT")

	if err := connection.SendBatch(ctx, &statements).Close(); err != nil {
		return fmt.Errorf("store claims: %w", err)
	}

	return nil
}

func queueClaims(statements *pgx.Batch, tenant licensing.ID, results licensing.ClaimResults) {
	if len(results.Claims) == 0 {
		return
	}

	n := len(results.Claims)
	licenses, users, products := make([]pgtype.UUID, n), make([]pgtype.UUID, n), make([]pgtype.UUID, n)
	claims, positions, appsOff := make([]pgtype.UUID, n), make([]int16, n), make([]string, n)

	for i, claim := range results.Claims {
		claims[i], users[i], products[i] = uuidOf(claim.ID), uuidOf(claim.UserID), uuidOf(claim.ProductID)
		licenses[i], positions[i] = uuidOf(claim.LicenseID), int16(claim.Position) //nolint:gosec // 0 to 4.
		appsOff[i] = columns.EncodeIDs(results.Licenses[i].AppsOff)
	}

	taken := results.LicensesByProduct()
	changed := slices.SortedFunc(maps.Keys(taken), licensing.CompareIDs)
	counts := make([]int64, len(changed))

	for i, product := range changed {
		counts[i] = int64(taken[product])
	}

	statements.Queue(claimInsert, uuidOf(tenant), uuidOf(results.PolicyID), uuidOf(results.AppID), results.At,
		licenses, claims, users, products, positions, appsOff, uuidsOf(changed), counts, licensing.Day(results.At),
		licensing.Quarter(results.At))
}

func queueMissed(statements *pgx.Batch, tenant licensing.ID, results licensing.ClaimResults) {
	if len(results.Missed) == 0 {
		return
	}

	times := results.MissedByUser()

	// All transactions write these rows in the same order, so that no two wait for each other.
	missed := slices.SortedFunc(maps.Keys(times), licensing.CompareIDs)
	ids, counts := make([]pgtype.UUID, len(missed)), make([]int64, len(missed))

	for i, user := range missed {
		ids[i], counts[i] = uuidOf(licensing.NewID(results.At)), int64(times[user])
	}

	statements.Queue(
		claimRecordMissed, uuidOf(tenant), uuidOf(results.PolicyID), results.At, ids, uuidsOf(missed), counts)
}
