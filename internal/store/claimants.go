package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// lookupLimits bound the lookups of a tenant's claimants. One query at a time makes the next one larger, which
// costs both sides less than two at once.
func lookupLimits() coalesce.Limits {
	return coalesce.Limits{Batch: 256, Waiting: 8192, Parallel: 1, Timeout: 10 * time.Second}
}

// sqliteClaimants reads the tenant's versions, and a row for each of the users and each of their active licenses.
const sqliteClaimants = `
SELECT r.key AS n, t.auto_claim_enabled, t.config_version, s.version AS catalog_version,
       u.id AS user_id, u.blocked_at, u.last_sign_in_at,
       l.id AS license_id, l.product_id, l.source, l.policy_id, l.apps_off, l.assigned_at
FROM tenants t
CROSS JOIN catalog_state s
CROSS JOIN json_each(?) r
LEFT JOIN users u ON u.tenant_id = t.id AND u.external_id = r.value
LEFT JOIN licenses l ON l.tenant_id = t.id AND l.user_id = u.id AND l.removed_at IS NULL
WHERE t.id = ?
ORDER BY r.key, l.assigned_at, l.id`

type claimantRow struct {
	N                int
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

// ClaimantState reads what decides a claim of the user. Lookups that wait at the same moment share a query.
func (s *Store) ClaimantState(ctx context.Context, tenant licensing.ID, externalID string) (licensing.ClaimantState, error) {
	return s.lookups.Do(ctx, tenant, externalID)
}

// readClaimants reads what claims of these users must know, in their order. The same user may be there twice.
func (s *Store) readClaimants(ctx context.Context, tenant licensing.ID, externalIDs []string) ([]licensing.ClaimantState, error) {
	read := s.readClaimantsOnSQLite
	if s.dialect.pipelines() {
		read = s.readClaimantsOnPostgres
	}

	states, rows, err := read(ctx, tenant, externalIDs)
	if err != nil {
		return nil, fmt.Errorf("read the users' licenses: %w", err)
	}

	if rows == 0 {
		return nil, fmt.Errorf("the tenant: %w", ErrNotFound)
	}

	return states, nil
}

func (s *Store) readClaimantsOnSQLite(
	ctx context.Context, tenant licensing.ID, externalIDs []string,
) (states []licensing.ClaimantState, found int, err error) {
	// Text always has a JSON form.
	list, _ := json.Marshal(externalIDs)

	var rows []claimantRow
	if err := s.read.WithContext(ctx).Raw(sqliteClaimants, string(list), tenant).Scan(&rows).Error; err != nil {
		return nil, 0, err
	}

	states = make([]licensing.ClaimantState, len(externalIDs))

	for _, row := range rows {
		state := &states[row.N]
		state.AutoClaimEnabled, state.ConfigVersion, state.CatalogVersion =
			row.AutoClaimEnabled, row.ConfigVersion, row.CatalogVersion

		if row.UserID != nil && state.User == nil {
			state.User = &licensing.User{
				ID: *row.UserID, ExternalID: externalIDs[row.N],
				BlockedAt: utc(row.BlockedAt), LastSignInAt: utc(row.LastSignInAt),
			}
		}

		if row.LicenseID == nil {
			continue
		}

		license := licensing.License{
			ID: *row.LicenseID, UserID: *row.UserID, ProductID: *row.ProductID, Source: *row.Source,
			PolicyID: row.PolicyID, AssignedAt: row.AssignedAt.UTC(),
		}
		if license.AppsOff, err = readIDList([]byte(*row.AppsOff)); err != nil {
			return nil, 0, err
		}

		state.Licenses = append(state.Licenses, license)
	}

	return states, len(rows), nil
}

// claimantsQuery reads the same on PostgreSQL. Each user's rows are looked up by themselves, whatever
// the planner knows of the tables: right after an import it knows nothing. The array stands in a query of its
// own so that the planner doesn't count it: then one plan serves all lengths, and planning, which takes longer
// than the lookup of one user, is done once.
const claimantsQuery = `
SELECT r.n, t.auto_claim_enabled, t.config_version, s.version,
       u.id, u.blocked_at, u.last_sign_in_at,
       l.id, l.product_id, l.source, l.policy_id, l.apps_off, l.assigned_at
FROM tenants t
CROSS JOIN catalog_state s
CROSS JOIN unnest((SELECT $2::text[])) WITH ORDINALITY AS r (external_id, n)
LEFT JOIN LATERAL (
  SELECT id, blocked_at, last_sign_in_at FROM users WHERE tenant_id = $1 AND external_id = r.external_id OFFSET 0
) u ON true
LEFT JOIN LATERAL (
  SELECT id, product_id, source, policy_id, apps_off, assigned_at FROM licenses
  WHERE tenant_id = $1 AND user_id = u.id AND removed_at IS NULL OFFSET 0
) l ON true
WHERE t.id = $1
ORDER BY r.n, l.assigned_at, l.id`

func (s *Store) readClaimantsOnPostgres(
	ctx context.Context, tenant licensing.ID, externalIDs []string,
) (states []licensing.ClaimantState, found int, err error) {
	states = make([]licensing.ClaimantState, len(externalIDs))

	err = s.withConnection(ctx, func(connection *pgx.Conn) error {
		// An error of the query is told by its rows.
		rows, _ := connection.Query(ctx, claimantsQuery, pgUUID(tenant), externalIDs)
		defer rows.Close()

		for rows.Next() {
			found++

			if err := scanClaimant(rows, externalIDs, states); err != nil {
				return err
			}
		}

		return rows.Err()
	})

	return states, found, err
}

func scanClaimant(rows pgx.Rows, externalIDs []string, states []licensing.ClaimantState) error {
	var (
		n                                 int
		read                              licensing.ClaimantState
		user, license, product, policy    pgtype.UUID
		blockedAt, signedInAt, assignedAt *time.Time
		source                            *string
		appsOff                           []byte
	)

	err := rows.Scan(&n, &read.AutoClaimEnabled, &read.ConfigVersion, &read.CatalogVersion, &user, &blockedAt, &signedInAt,
		&license, &product, &source, &policy, &appsOff, &assignedAt)
	if err != nil {
		return fmt.Errorf("read a row: %w", err)
	}

	state := &states[n-1]
	state.AutoClaimEnabled, state.ConfigVersion, state.CatalogVersion =
		read.AutoClaimEnabled, read.ConfigVersion, read.CatalogVersion

	if !user.Valid {
		return nil
	}

	if state.User == nil {
		state.User = &licensing.User{
			ID: user.Bytes, ExternalID: externalIDs[n-1], BlockedAt: utc(blockedAt), LastSignInAt: utc(signedInAt),
		}
	}

	if !license.Valid {
		return nil
	}

	held := licensing.License{
		ID: license.Bytes, UserID: user.Bytes, ProductID: product.Bytes, Source: licensing.Source(*source),
		AssignedAt: assignedAt.UTC(),
	}

	if policy.Valid {
		id := licensing.ID(policy.Bytes)
		held.PolicyID = &id
	}

	if held.AppsOff, err = readIDList(appsOff); err != nil {
		return err
	}

	state.Licenses = append(state.Licenses, held)

	return nil
}

// readIDList is the reverse of idList.
func readIDList(text []byte) ([]licensing.ID, error) {
	ids := []licensing.ID{}
	if string(text) == "[]" { // As nearly all are.
		return ids, nil
	}

	if err := json.Unmarshal(text, &ids); err != nil {
		return nil, fmt.Errorf("read a list of ids: %w", err)
	}

	return ids, nil
}
