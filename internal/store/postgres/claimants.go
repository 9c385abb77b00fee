package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// selectClaimants returns, for each external id, a row for each active license of the user, or one row if there is
// none. Each user's rows are looked up separately (OFFSET 0 keeps the planner from rewriting the lateral joins),
// whatever statistics the planner has: right after an import it has none. The array is read in a subquery,
// so that the planner does not see its length. Then one plan serves all lengths, and planning, which takes longer than
// the lookup of one user, is done once.
const selectClaimants = `
SELECT r.n, t.auto_claim_enabled, t.config_version, s.version, u.id, u.blocked_at, u.last_sign_in_at, l.*
FROM tenants t
CROSS JOIN catalog_state s
CROSS JOIN unnest((SELECT $2::text[])) WITH ORDINALITY AS r (external_id, n)
LEFT JOIN LATERAL (
  SELECT id, blocked_at, last_sign_in_at FROM users WHERE tenant_id = $1 AND external_id = r.external_id OFFSET 0
) u ON true
LEFT JOIN LATERAL (` + selectActiveLicenses + `
) l ON true
WHERE t.id = $1
ORDER BY r.n, l.assigned_at, l.id`

// claimantRow is a row of [selectClaimants].
type claimantRow struct {
	n                       int
	state                   licensing.ClaimantState // Without user and licenses.
	user                    pgtype.UUID
	blockedAt, lastSignInAt pgtype.Timestamptz
	license                 licenseRow
}

func (r *claimantRow) targets() []any {
	const columns = 14

	return r.license.appendTargets(append(make([]any, 0, columns),
		&r.n, &r.state.AutoClaimEnabled, &r.state.ConfigVersion, &r.state.CatalogVersion,
		&r.user, &r.blockedAt, &r.lastSignInAt))
}

// ClaimantStates reads in one round trip.
func (d *Database) ClaimantStates(
	ctx context.Context, tenant licensing.ID, externalIDs []string,
) (states []licensing.ClaimantState, err error) {
	err = d.withConnection(ctx, func(connection *pgx.Conn) error {
		// An error of the query is returned by rows.Err too.
		rows, _ := connection.Query(ctx, selectClaimants, uuidOf(tenant), externalIDs)
		defer rows.Close()

		var row claimantRow

		for targets := row.targets(); rows.Next(); {
			if err := rows.Scan(targets...); err != nil {
				return fmt.Errorf("read a row: %w", err)
			}

			if states == nil {
				states = make([]licensing.ClaimantState, len(externalIDs))
			}

			if err := row.addTo(&states[row.n-1], externalIDs[row.n-1]); err != nil {
				return err
			}
		}

		return rows.Err()
	})

	return states, err
}

// addTo adds the row to the state of its user.
func (r *claimantRow) addTo(state *licensing.ClaimantState, externalID string) error {
	state.AutoClaimEnabled, state.ConfigVersion, state.CatalogVersion =
		r.state.AutoClaimEnabled, r.state.ConfigVersion, r.state.CatalogVersion

	if r.user.Valid && state.User == nil {
		state.User = &licensing.User{
			ID: r.user.Bytes, ExternalID: externalID,
			BlockedAt: nullableTime(r.blockedAt), LastSignInAt: nullableTime(r.lastSignInAt),
		}
	}

	if !r.license.id.Valid {
		return nil
	}

	license, err := r.license.license()
	if err != nil {
		return err
	}

	state.Licenses = append(state.Licenses, license)

	return nil
}
