package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// The statements of a batch of claims on PostgreSQL. They go to the server in two round trips: one that locks
// and reads, and one that writes and commits.
const (
	// Users are locked in the order of their external ids, by an update that is due anyhow.
	claimLockUsers = `
INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at)
SELECT $1, r.id, r.external_id, '', '', r.search_key, $5, $5
FROM unnest($2::uuid[], $3::text[], $4::text[]) AS r (id, external_id, search_key)
ON CONFLICT (tenant_id, external_id) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at
RETURNING id, external_id, blocked_at`

	claimReadTerms = `
SELECT t.auto_claim_enabled, t.config_version, s.version FROM tenants t CROSS JOIN catalog_state s WHERE t.id = $1`

	claimLockPools = `
SELECT product_id, total, assigned FROM license_pools WHERE tenant_id = $1 AND product_id = ANY($2::uuid[])
ORDER BY product_id FOR NO KEY UPDATE`

	// It comes after the locks, so it sees what was committed before they were had. Each user's rows are looked
	// up by themselves, and planned once, as in claimantsQuery.
	claimReadLicenses = `
SELECT l.id, l.user_id, l.product_id, l.source, l.policy_id, l.apps_off, l.assigned_at
FROM unnest((SELECT $2::text[])) AS r (external_id)
CROSS JOIN LATERAL (SELECT id FROM users WHERE tenant_id = $1 AND external_id = r.external_id OFFSET 0) u
CROSS JOIN LATERAL (
  SELECT id, user_id, product_id, source, policy_id, apps_off, assigned_at FROM licenses
  WHERE tenant_id = $1 AND user_id = u.id AND removed_at IS NULL OFFSET 0
) l
ORDER BY l.assigned_at, l.id`

	// Licenses, their claims and both counts are one statement: to begin and end one takes as long as its rows do
	// where the batch is of one. Foreign keys are checked at its end.
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
  INSERT INTO claim_days (tenant_id, day, policy_id, product_id, claims)
  SELECT $1, $13::date, $2, product_id, claims FROM taken
  ON CONFLICT (tenant_id, day, policy_id, product_id) DO UPDATE SET claims = claim_days.claims + excluded.claims
)
UPDATE license_pools p SET assigned = p.assigned + taken.claims
FROM taken WHERE p.tenant_id = $1 AND p.product_id = taken.product_id`

	claimRecordMissed = `
INSERT INTO missed_claims (tenant_id, id, policy_id, user_id, first_at, last_at, count)
SELECT $1, r.id, $2, r.user_id, $3, $3, r.times FROM unnest($4::uuid[], $5::uuid[], $6::bigint[]) AS r (id, user_id, times)
ON CONFLICT (tenant_id, policy_id, user_id) DO UPDATE
SET last_at = excluded.last_at, count = missed_claims.count + excluded.count`
)

// claimInPipeline is a batch in two round trips.
func (s *Store) claimInPipeline(
	ctx context.Context, tenant licensing.ID, externalIDs []string, products []licensing.ID, at time.Time,
	decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
) error {
	return s.withConnection(ctx, func(connection *pgx.Conn) (err error) {
		defer func() {
			if err != nil && !connection.IsClosed() {
				// A caller who is gone must not leave the connection within a transaction.
				_, rollbackErr := connection.Exec(context.WithoutCancel(ctx), "ROLLBACK")
				err = errors.Join(err, rollbackErr)
			}
		}()

		facts, err := readClaimFacts(ctx, connection, tenant, externalIDs, products, at)
		if err != nil {
			return err
		}

		results, err := decide(facts)
		if err != nil {
			return err
		}

		return saveClaimResults(ctx, connection, tenant, results)
	})
}

// withConnection lends a connection of the driver beneath GORM, which can send several statements at once.
func (s *Store) withConnection(ctx context.Context, work func(*pgx.Conn) error) error {
	pool, err := s.write.DB()
	if err != nil {
		return fmt.Errorf("get the connection pool: %w", err)
	}

	connection, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}

	var failure error

	err = connection.Raw(func(driver any) error {
		if pgx, ok := driver.(*stdlib.Conn); ok { // It is: see dialect.pipelines.
			failure = work(pgx.Conn())
		}

		return nil
	})

	return errors.Join(failure, err, connection.Close())
}

func readClaimFacts(
	ctx context.Context, connection *pgx.Conn,
	tenant licensing.ID, externalIDs []string, products []licensing.ID, at time.Time,
) (licensing.ClaimFacts, error) {
	facts := licensing.ClaimFacts{
		Users:    make(map[string]licensing.User, len(externalIDs)),
		Licenses: make(map[licensing.ID][]licensing.License),
		Pools:    make(map[licensing.ID]licensing.Pool, len(products)),
	}
	ids, keys := make([]pgtype.UUID, len(externalIDs)), make([]string, len(externalIDs))

	for i, externalID := range externalIDs {
		ids[i], keys[i] = pgUUID(licensing.NewID(at)), userSearchKey(licensing.User{ExternalID: externalID})
	}

	var batch pgx.Batch

	batch.Queue("BEGIN")
	batch.Queue(claimLockUsers, pgUUID(tenant), ids, externalIDs, keys, at).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var user licensing.User
			if err := rows.Scan((*[16]byte)(&user.ID), &user.ExternalID, &user.BlockedAt); err != nil {
				return fmt.Errorf("read a user: %w", err)
			}

			user.BlockedAt = utc(user.BlockedAt)
			facts.Users[user.ExternalID] = user
		}

		return rows.Err()
	})
	batch.Queue(claimReadTerms, pgUUID(tenant)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&facts.AutoClaimEnabled, &facts.ConfigVersion, &facts.CatalogVersion)
	})
	batch.Queue(claimLockPools, pgUUID(tenant), pgUUIDs(products)).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var pool licensing.Pool
			if err := rows.Scan((*[16]byte)(&pool.ProductID), &pool.Total, &pool.Assigned); err != nil {
				return fmt.Errorf("read a pool: %w", err)
			}

			facts.Pools[pool.ProductID] = pool
		}

		return rows.Err()
	})
	batch.Queue(claimReadLicenses, pgUUID(tenant), externalIDs).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			license, err := scanLicense(rows)
			if err != nil {
				return err
			}

			facts.Licenses[license.UserID] = append(facts.Licenses[license.UserID], license)
		}

		return rows.Err()
	})

	if err := connection.SendBatch(ctx, &batch).Close(); err != nil {
		return licensing.ClaimFacts{}, fmt.Errorf("lock users and pools: %w", err)
	}

	return facts, nil
}

func scanLicense(row pgx.Row) (licensing.License, error) {
	var (
		license licensing.License
		policy  pgtype.UUID
		appsOff []byte
	)

	err := row.Scan((*[16]byte)(&license.ID), (*[16]byte)(&license.UserID), (*[16]byte)(&license.ProductID),
		(*string)(&license.Source), &policy, &appsOff, &license.AssignedAt)
	if err == nil {
		license.AppsOff, err = readIDList(appsOff)
	}

	if err != nil {
		return licensing.License{}, fmt.Errorf("read a license: %w", err)
	}

	if policy.Valid {
		id := licensing.ID(policy.Bytes)
		license.PolicyID = &id
	}

	license.AssignedAt = license.AssignedAt.UTC()

	return license, nil
}

func saveClaimResults(ctx context.Context, connection *pgx.Conn, tenant licensing.ID, results licensing.ClaimResults) error {
	var batch pgx.Batch

	queueMissed(&batch, tenant, results)
	queueClaims(&batch, tenant, results)
	batch.Queue("COMMIT")

	if err := connection.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("store claims: %w", err)
	}

	return nil
}

func queueClaims(batch *pgx.Batch, tenant licensing.ID, results licensing.ClaimResults) {
	if len(results.Claims) == 0 {
		return
	}

	n := len(results.Claims)
	licenses, users, products := make([]pgtype.UUID, n), make([]pgtype.UUID, n), make([]pgtype.UUID, n)
	claims, positions, appsOff := make([]pgtype.UUID, n), make([]int16, n), make([]string, n)

	for i, claim := range results.Claims {
		claims[i], users[i], products[i] = pgUUID(claim.ID), pgUUID(claim.UserID), pgUUID(claim.ProductID)
		licenses[i], positions[i] = pgUUID(claim.LicenseID), int16(claim.Position) //nolint:gosec // 0 to 4.
		appsOff[i] = idList(results.Licenses[i].AppsOff)
	}

	taken := results.LicensesByProduct()
	changed := slices.SortedFunc(maps.Keys(taken), licensing.CompareIDs)
	counts := make([]int64, len(changed))

	for i, product := range changed {
		counts[i] = int64(taken[product])
	}

	batch.Queue(claimInsert, pgUUID(tenant), pgUUID(results.PolicyID), pgUUID(results.AppID), results.At,
		licenses, claims, users, products, positions, appsOff, pgUUIDs(changed), counts, licensing.Day(results.At))
}

func queueMissed(batch *pgx.Batch, tenant licensing.ID, results licensing.ClaimResults) {
	times := results.MissedByUser()
	if len(times) == 0 {
		return
	}

	// Two transactions that write the same rows must not do it in different orders.
	missed := slices.SortedFunc(maps.Keys(times), licensing.CompareIDs)
	ids, counts := make([]pgtype.UUID, len(missed)), make([]int64, len(missed))

	for i, user := range missed {
		ids[i], counts[i] = pgUUID(licensing.NewID(results.At)), int64(times[user])
	}

	batch.Queue(claimRecordMissed, pgUUID(tenant), pgUUID(results.PolicyID), results.At, ids, pgUUIDs(missed), counts)
}

// idList is how a list of ids is stored.
func idList(ids []licensing.ID) string {
	if len(ids) == 0 {
		return "[]"
	}

	// Ids always have a text.
	text, _ := json.Marshal(ids)

	return string(text)
}

func pgUUID(id licensing.ID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

func pgUUIDs(ids []licensing.ID) []pgtype.UUID {
	converted := make([]pgtype.UUID, len(ids))
	for i, id := range ids {
		converted[i] = pgUUID(id)
	}

	return converted
}
