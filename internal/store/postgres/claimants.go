package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// selectClaimants returns, for each external id, a row for each active license of the user, or one row if there is
// none. Each user's rows are looked up separately (OFFSET 0 keeps the planner from rewriting the lateral joins),
// whatever statistics the planner has: right after an import it has none. The array is read in a subquery,
// so that the planner does not see its length. Then one plan serves all lengths, and planning, which takes longer than
// the lookup of one user, is done once.
const (
	selectClaimants = claimantColumns + `NULL` + claimantsByKey + `external_id` + claimantLicenses
	// The same where external ids are folded. Only then is a user's external id another text than the one that was asked for.
	selectFoldedClaimants = claimantColumns + `u.external_id` + claimantsByKey + `folded_id` + claimantLicenses

	claimantColumns = `
SELECT r.n, t.auto_claim_enabled, t.config_version, s.version, t.fold_external_ids,
  u.id, u.blocked_at, u.last_sign_in_at, u.display_name, u.email, CAST(`
	claimantsByKey = ` AS text), l.*
FROM tenants t
CROSS JOIN catalog_state s
CROSS JOIN unnest((SELECT $2::text[])) WITH ORDINALITY AS r (key, n)
LEFT JOIN LATERAL (
  SELECT id, external_id, blocked_at, last_sign_in_at, display_name, email FROM users WHERE tenant_id = $1 AND `
	claimantLicenses = ` = r.key OFFSET 0
) u ON true
LEFT JOIN LATERAL (` + selectActiveLicenses + `
) l ON true
WHERE t.id = $1
ORDER BY r.n, l.assigned_at, l.id`
)

// claimantRow is a row of [selectClaimants].
type claimantRow struct {
	n                       int
	state                   licensing.ClaimantState // Without user and licenses.
	folded                  bool
	user                    pgtype.UUID
	blockedAt, lastSignInAt pgtype.Timestamptz
	// These are valid until the next row is scanned.
	displayName, email, externalID pgtype.DriverBytes
	license                        licenseRow
}

func (r *claimantRow) targets() []any {
	const count = 18

	return r.license.appendTargets(append(make([]any, 0, count),
		&r.n, &r.state.AutoClaimEnabled, &r.state.ConfigVersion, &r.state.CatalogVersion, &r.folded,
		&r.user, &r.blockedAt, &r.lastSignInAt, &r.displayName, &r.email, &r.externalID))
}

// ClaimantStates reads in one round trip.
func (d *Database) ClaimantStates(
	ctx context.Context, tenant licensing.ID, matching licensing.ExternalIDMatching, externalIDs []string,
) (states []licensing.ClaimantState, err error) {
	query, keys := selectClaimants, externalIDs
	if matching == licensing.MatchFolded {
		query, keys = selectFoldedClaimants, columns.FoldAll(externalIDs)
	}

	err = d.withConnection(ctx, func(connection *pgx.Conn) error {
		// An error of the query is returned by rows.Err too.
		rows, _ := connection.Query(ctx, query, uuidOf(tenant), keys)
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
	state.AutoClaimEnabled, state.ConfigVersion, state.CatalogVersion, state.Matching =
		r.state.AutoClaimEnabled, r.state.ConfigVersion, r.state.CatalogVersion, columns.Matching(r.folded)

	if r.user.Valid && state.User == nil {
		if r.externalID != nil {
			externalID = string(r.externalID)
		}

		state.User = &licensing.User{
			ID: r.user.Bytes, ExternalID: externalID, DisplayName: string(r.displayName), Email: string(r.email),
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
