package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// selectClaimants returns, for each external id, a row for each active license of the user, or one row if there is
// none.
const selectClaimants = `
SELECT r.key, t.auto_claim_enabled, t.config_version, s.version, u.id, u.blocked_at, u.last_sign_in_at, ` + licenseColumns + `
FROM tenants t
CROSS JOIN catalog_state s
CROSS JOIN json_each(?) r
LEFT JOIN users u ON u.tenant_id = t.id AND u.external_id = r.value
LEFT JOIN licenses l ON l.tenant_id = t.id AND l.user_id = u.id AND l.removed_at IS NULL
WHERE t.id = ?
ORDER BY r.key, l.assigned_at, l.id`

// claimantRow is a row of [selectClaimants].
type claimantRow struct {
	index                   int
	state                   licensing.ClaimantState // Without user and licenses.
	user                    uuid.NullUUID
	blockedAt, lastSignInAt sql.NullTime
	license                 licenseRow
}

func (r *claimantRow) targets() []any {
	const columns = 14

	return r.license.appendTargets(append(make([]any, 0, columns),
		&r.index, &r.state.AutoClaimEnabled, &r.state.ConfigVersion, &r.state.CatalogVersion,
		&r.user, &r.blockedAt, &r.lastSignInAt))
}

// ClaimantStates reads with one statement.
func (d *Database) ClaimantStates(
	ctx context.Context, tenant licensing.ID, externalIDs []string,
) (states []licensing.ClaimantState, err error) {
	list, _ := json.Marshal(externalIDs) // Text always has a JSON form.
	query := d.signInReader.WithContext(ctx).Raw(selectClaimants, string(list), tenant)

	var row claimantRow

	err = eachRow(query, row.targets(), func() error {
		if states == nil {
			states = make([]licensing.ClaimantState, len(externalIDs))
		}

		return row.addTo(&states[row.index], externalIDs[row.index])
	})
	if err != nil {
		return nil, fmt.Errorf("look up users: %w", err)
	}

	return states, nil
}

// addTo adds the row to the state of its user.
func (r *claimantRow) addTo(state *licensing.ClaimantState, externalID string) error {
	state.AutoClaimEnabled, state.ConfigVersion, state.CatalogVersion =
		r.state.AutoClaimEnabled, r.state.ConfigVersion, r.state.CatalogVersion

	if r.user.Valid && state.User == nil {
		state.User = &licensing.User{
			ID: r.user.UUID, ExternalID: externalID,
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
