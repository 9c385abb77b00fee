package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// NewClaims returns a service that answers claims until the test ends.
func NewClaims(t testing.TB, db *store.Store, clock *Clock) *claiming.Service {
	t.Helper()

	claims := claiming.New(db, clock.Now, Logger())
	t.Cleanup(claims.Close)

	return claims
}

// Fill gives an empty database two tenants, "acme" and "other", with data of every kind.
func Fill(t testing.TB, db *store.Store) {
	t.Helper()

	ctx := t.Context()
	world := NewWorld(t, db)
	acme, other := world.NewTenant(t, "acme"), world.NewTenant(t, "other")
	claims := NewClaims(t, db, world.Clock)

	claim := func(tenant *Tenant, user, app string) claiming.Answer {
		answer, err := claims.Claim(ctx, tenant.ID, user, app)
		require.NoError(t, err)

		return answer
	}

	require.NoError(t, acme.Admin.ImportUsers(ctx, acme.ID, []licensing.User{
		{ExternalID: "ann", DisplayName: "Ann Änder", Email: "ann@example.com"}, {ExternalID: "o'hara"},
	}))
	acme.Buy(t, acme.E3, 2)
	acme.Buy(t, acme.E1, 1)
	lapsed := acme.Buy(t, acme.F1, 7)
	status := licensing.SubscriptionSuspended
	_, err := acme.Admin.UpdateSubscription(ctx, acme.Actor, lapsed.ID, admin.SubscriptionUpdate{Status: &status})
	require.NoError(t, err)

	teams := acme.Policy(t, "Teams", acme.Teams, acme.E3, acme.E1)
	_, err = acme.Admin.SetAppToggles(ctx, acme.Actor, Ref(teams),
		[]licensing.ToggleChange{{ProductID: &acme.E3.ID, AppID: acme.Voice.ID, On: false}})
	require.NoError(t, err)

	ann := claim(acme, "ann", "TEAMS1")
	claim(acme, "bob", "TEAMS1")
	world.Clock.Advance(24 * time.Hour)
	claim(acme, "o'hara", "TEAMS1")
	claim(acme, "dan", "TEAMS1")
	claim(acme, "dan", "TEAMS1")

	_, err = acme.Admin.RemoveLicense(ctx, acme.Actor, ann.License.ID, true)
	require.NoError(t, err)
	dan := "dan"
	_, err = acme.Admin.AssignLicense(ctx, acme.Actor, admin.UserRef{ExternalID: &dan}, acme.E3.ID, nil)
	require.NoError(t, err)

	other.Buy(t, other.Basic, 3)
	gone := other.Policy(t, "Old", other.Teams, other.Basic)
	claim(other, "ann", "TEAMS1")
	_, err = other.Admin.DeletePolicy(ctx, other.Actor, Ref(gone))
	require.NoError(t, err)
	other.Policy(t, "New", other.Teams, other.Basic)
}

// Contents returns all that can be read from a database, in lines without ids.
func Contents(t testing.TB, db *store.Store) string {
	t.Helper()

	ctx := t.Context()
	catalog, err := db.Catalog(ctx)
	require.NoError(t, err)

	tenants, err := db.Tenants(ctx)
	require.NoError(t, err)

	var lines []string

	for _, tenant := range tenants {
		for _, line := range readTenant(t, catalog, db.For(tenant.ID)) {
			lines = append(lines, tenant.Name+": "+line)
		}
	}

	slices.Sort(lines)

	return strings.Join(lines, "\n") + "\n"
}

func readTenant(t testing.TB, catalog *licensing.Catalog, data store.Handle) []string {
	t.Helper()

	ctx := t.Context()
	users, policies := make(map[licensing.ID]string), map[licensing.ID]string{{}: "by hand"}

	var lines []string

	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	product := func(id licensing.ID) string { p, _ := catalog.Product(id); return p.Code }
	off := func(ids []licensing.ID) (codes string) {
		for _, id := range ids {
			app, _ := catalog.App(id)
			codes += " without " + app.Code
		}

		return codes
	}
	at := func(at *time.Time) string {
		if at == nil {
			return "-"
		}

		return at.Format(time.RFC3339Nano)
	}

	tenant, err := data.Tenant(ctx)
	require.NoError(t, err)
	add("auto-claim %v, organization %s, since %s", tenant.AutoClaimEnabled, tenant.ExternalID, at(&tenant.CreatedAt))

	for _, user := range listed(t, data.Users("")) {
		users[user.ID] = user.ExternalID
		add("user %s %q %q, blocked %s", user.ExternalID, user.DisplayName, user.Email, at(user.BlockedAt))
	}

	pools, err := data.Pools(ctx)
	require.NoError(t, err)

	for id, pool := range pools {
		add("pool %s: %d of %d assigned", product(id), pool.Assigned, pool.Total)
	}

	for _, s := range listed(t, data.Subscriptions(store.SubscriptionFilter{})) {
		add("subscription %s: %d %s", product(s.ProductID), s.Quantity, s.Status)
	}

	live, err := data.Policies(ctx)
	require.NoError(t, err)

	var all []licensing.ID
	for _, claim := range listed(t, data.Claims(store.ReportFilter{})) {
		all = append(all, claim.PolicyID)
	}

	old, err := data.PoliciesByID(ctx, all)
	require.NoError(t, err)

	for _, policy := range append(live, old...) {
		if policies[policy.ID] != "" {
			continue
		}

		policies[policy.ID] = policy.Name
		app, _ := catalog.App(policy.AppID)

		var products strings.Builder
		for _, p := range policy.Products {
			products.WriteString(", " + product(p.ProductID) + off(p.AppsOff))
		}

		add("policy %s for %s, on %v, version %d, deleted %s%s",
			policy.Name, app.Code, policy.Enabled, policy.Version, at(policy.DeletedAt), products.String())
	}

	for _, l := range listed(t, data.Licenses(store.LicenseFilter{})) {
		var policy licensing.ID
		if l.PolicyID != nil {
			policy = *l.PolicyID
		}

		add("license %s %s%s, %s %s, assigned %s, removed %s", users[l.UserID], product(l.ProductID), off(l.AppsOff),
			l.Source, policies[policy], at(&l.AssignedAt), at(l.RemovedAt))
	}

	for _, c := range listed(t, data.Claims(store.ReportFilter{})) {
		add("claim %s %s, %s place %d, %s",
			users[c.UserID], product(c.ProductID), policies[c.PolicyID], c.Position, at(&c.ClaimedAt))
	}

	totals, err := data.ClaimTotals(ctx, store.ReportFilter{Since: tenant.CreatedAt.AddDate(-1, 0, 0)})
	require.NoError(t, err)

	for _, total := range totals {
		add("day %s %s %s: %d", at(&total.Day), policies[total.PolicyID], product(total.ProductID), total.Claims)
	}

	for _, m := range listed(t, data.MissedClaims(store.ReportFilter{})) {
		add("missed %s %s: %d, %s to %s", users[m.UserID], policies[m.PolicyID], m.Count, at(&m.FirstAt), at(&m.LastAt))
	}

	for _, e := range listed(t, data.AuditEvents(store.AuditFilter{})) {
		add("audit %s %s %s, request %s, before %v, after %v",
			at(&e.At), e.Actor, e.Action, e.RequestID, e.Before != nil, e.After != nil)
	}

	return lines
}

func listed[T any](t testing.TB, list paging.List[T]) []T {
	t.Helper()

	slice, err := list.Page(t.Context(), paging.Page{Limit: 1000})
	require.NoError(t, err)

	values := make([]T, len(slice.Items))
	for i, item := range slice.Items {
		values[i] = item.Value
	}

	return values
}
