package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// selectClaimants returns, for each external id, a row for each active license of the user, or one row if there is
// none.
const (
	selectClaimants = claimantsByKey + `external_id` + claimantLicenses
	// The same where external ids are folded.
	selectFoldedClaimants = claimantsByKey + `folded_id` + claimantLicenses

	claimantsByKey = `
SELECT r.key, t.auto_claim_enabled, t.config_version, s.version, t.fold_external_ids,
  u.id, u.blocked_at, u.last_sign_in_at, u.display_name, u.email, u.external_id, ` + licenseColumns + `
FROM tenants t
CROSS JOIN catalog_state s
CROSS JOIN json_each(?) r
LEFT JOIN users u ON u.tenant_id = t.id AND u.`
	claimantLicenses = ` = r.value
LEFT JOIN licenses l ON l.tenant_id = t.id AND l.user_id = u.id AND l.removed_at IS NULL
WHERE t.id = ?
ORDER BY r.key, l.assigned_at, l.id`
)

// claimantRow is a row of [selectClaimants].
type claimantRow struct {
	index                          int
	state                          licensing.ClaimantState // Without user and licenses.
	folded                         bool
	user                           uuid.NullUUID
	blockedAt, lastSignInAt        sql.NullTime
	displayName, email, externalID sql.NullString
	license                        licenseRow
}

func (r *claimantRow) targets() []any {
	const count = 18

	return r.license.appendTargets(append(make([]any, 0, count),
		&r.index, &r.state.AutoClaimEnabled, &r.state.ConfigVersion, &r.state.CatalogVersion, &r.folded,
		&r.user, &r.blockedAt, &r.lastSignInAt, &r.displayName, &r.email, &r.externalID))
}

// ClaimantStates reads with one statement.
func (d *Database) ClaimantStates(
	ctx context.Context, tenant licensing.ID, matching licensing.ExternalIDMatching, externalIDs []string,
) (states []licensing.ClaimantState, err error) {
	statement, keys := selectClaimants, externalIDs
	if matching == licensing.MatchFolded {
		statement, keys = selectFoldedClaimants, columns.FoldAll(externalIDs)
	}

	list, _ := json.Marshal(keys) // Text always has a JSON form.
	query := d.signInReader.WithContext(ctx).Raw(statement, string(list), tenant)

	var row claimantRow

	err = eachRow(query, row.targets(), func() error {
		if states == nil {
			states = make([]licensing.ClaimantState, len(externalIDs))
		}

		return row.addTo(&states[row.index])
	})
	if err != nil {
		return nil, fmt.Errorf("look up users: %w", err)
	}

	return states, nil
}

// addTo adds the row to the state of its user.
func (r *claimantRow) addTo(state *licensing.ClaimantState) error {
	state.AutoClaimEnabled, state.ConfigVersion, state.CatalogVersion, state.Matching =
		r.state.AutoClaimEnabled, r.state.ConfigVersion, r.state.CatalogVersion, columns.Matching(r.folded)

	if r.user.Valid && state.User == nil {
		state.User = &licensing.User{
			ID: r.user.UUID, ExternalID: r.externalID.String, DisplayName: r.displayName.String, Email: r.email.String,
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
