package reporting

import (
	"context"
	"strconv"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// claimColumns are the columns of a CSV of claims. New ones come last, so that programs that count columns keep working.
func claimColumns() []string {
	return []string{
		"claimed_at", "user_external_id", "user_name", "user_email", "app_code", "app", "policy", "policy_deleted",
		"product_code", "product", "position", "still_held", "day",
	}
}

// missedClaimColumns are the columns of a CSV of missed claims.
func missedClaimColumns() []string {
	return []string{
		"last_at", "user_external_id", "user_name", "user_email", "app_code", "app", "policy", "policy_deleted",
		"reason", "first_at", "attempts", "day",
	}
}

// rowWriter adds rows to a CSV.
type rowWriter struct {
	lines

	catalog *licensing.Catalog
	zone    *time.Location
}

// addClaims adds a line for each claim.
func (w *rowWriter) addClaims(ctx context.Context, tenant store.Handle, page []paging.Item[licensing.Claim]) error {
	related, err := readRelated(ctx, tenant, page, func(c licensing.Claim) (user, policy licensing.ID) {
		return c.UserID, c.PolicyID
	})
	if err != nil {
		return err
	}

	for _, item := range page {
		claim := item.Value
		product, _ := w.catalog.Product(claim.ProductID)

		w.value(claim.ClaimedAt.Format(time.RFC3339Nano))
		w.user(related.users[claim.UserID])
		w.policy(related.policies[claim.PolicyID], claim.AppID)
		w.text(product.Code, product.Name)
		w.value(strconv.Itoa(claim.Position), strconv.FormatBool(claim.StillHeld), w.day(claim.ClaimedAt))
		w.end()
	}

	return nil
}

// addMissedClaims adds a line for each missed claim. A claim is recorded as missed only if no license was left.
func (w *rowWriter) addMissedClaims(
	ctx context.Context, tenant store.Handle, page []paging.Item[licensing.MissedClaim],
) error {
	related, err := readRelated(ctx, tenant, page, func(m licensing.MissedClaim) (user, policy licensing.ID) {
		return m.UserID, m.PolicyID
	})
	if err != nil {
		return err
	}

	for _, item := range page {
		missed := item.Value
		policy := related.policies[missed.PolicyID]

		w.value(missed.LastAt.Format(time.RFC3339Nano))
		w.user(related.users[missed.UserID])
		w.policy(policy, policy.AppID)
		w.value(string(licensing.OutcomeOutOfLicenses), missed.FirstAt.Format(time.RFC3339Nano),
			strconv.Itoa(missed.Count), w.day(missed.LastAt))
		w.end()
	}

	return nil
}

func (w *rowWriter) user(user licensing.User) { w.text(user.ExternalID, user.DisplayName, user.Email) }

func (w *rowWriter) policy(policy licensing.Policy, appID licensing.ID) {
	app, _ := w.catalog.App(appID)

	w.text(app.Code, app.Name, policy.Name)
	w.value(strconv.FormatBool(policy.DeletedAt != nil))
}

func (w *rowWriter) day(at time.Time) string {
	return licensing.DayIn(at, w.zone).Format(time.DateOnly)
}

// related are the users and policies of a page of rows.
type related struct {
	users    map[licensing.ID]licensing.User
	policies map[licensing.ID]licensing.Policy
}

func readRelated[T any](
	ctx context.Context, tenant store.Handle, page []paging.Item[T], ids func(T) (user, policy licensing.ID),
) (related, error) {
	found := related{
		users: make(map[licensing.ID]licensing.User, len(page)), policies: make(map[licensing.ID]licensing.Policy),
	}
	userIDs, policyIDs := make([]licensing.ID, len(page)), make([]licensing.ID, len(page))

	for i, item := range page {
		userIDs[i], policyIDs[i] = ids(item.Value)
	}

	users, err := tenant.UsersByID(ctx, userIDs)
	if err != nil {
		return found, err
	}

	policies, err := tenant.PoliciesByID(ctx, policyIDs)
	if err != nil {
		return found, err
	}

	for _, user := range users {
		found.users[user.ID] = user
	}

	for _, policy := range policies {
		found.policies[policy.ID] = policy
	}

	return found, nil
}
