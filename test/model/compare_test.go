package model_test

import (
	"context"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// compare fails if anything that the product stores differs from the model.
func (m *machine) compare(r *rapid.T) {
	ctx := context.Background()
	data := m.tenant.Data()

	tenant, err := data.Tenant(ctx)
	require.NoError(r, err)
	require.Equal(r, m.model.on, tenant.AutoClaimEnabled)

	stored, err := data.PoliciesByID(ctx, m.policies)
	require.NoError(r, err)
	require.Len(r, stored, len(m.policies))

	for _, policy := range stored {
		m.comparePolicy(r, m.model.policies[slices.Index(m.policies, policy.ID)], policy)
	}

	pools, err := data.Pools(ctx)
	require.NoError(r, err)

	for code, product := range m.products {
		require.Equal(r, m.model.total(code), pools[product.ID].Total, "total of %s", code)
		require.Equal(r, m.model.assigned(code), pools[product.ID].Assigned, "assigned of %s", code)
	}

	m.compareLicenses(r, data)
	m.compareUsers(r, data)

	claims, err := data.Claims(store.ReportFilter{}).Count(ctx)
	require.NoError(r, err)
	require.Equal(r, m.model.claims, claims)

	totals, err := data.ClaimTotals(ctx, store.ReportFilter{})
	require.NoError(r, err)

	sum := 0
	for _, total := range totals {
		sum += total.Claims
	}

	require.Equal(r, m.model.claims, sum, "claims in the report's totals")
}

func (m *machine) comparePolicy(r *rapid.T, want *modelPolicy, got licensing.Policy) {
	require.Equal(r, want.name, got.Name)
	require.Equal(r, m.apps[want.app].ID, got.AppID)
	require.Equal(r, want.on, got.Enabled)
	require.Equal(r, want.gone, got.DeletedAt != nil)
	require.Equal(r, want.version, got.Version, "version of %s", want.name)
	require.Len(r, got.Products, len(want.products))

	for i, product := range want.products {
		require.Equal(r, m.products[product].ID, got.Products[i].ProductID, "place %d", i)
		require.ElementsMatch(r, m.appIDs(want.off[product]), got.Products[i].AppsOff, "apps off in %s", product)
	}
}

func (m *machine) compareLicenses(r *rapid.T, data store.Handle) {
	stored, err := data.LicensesByID(context.Background(), m.licenses)
	require.NoError(r, err)
	require.Len(r, stored, len(m.model.licenses))

	all, err := data.Licenses(store.LicenseFilter{}).Count(context.Background())
	require.NoError(r, err)
	require.Equal(r, len(m.model.licenses), all)

	for _, got := range stored {
		want := m.model.licenses[slices.Index(m.licenses, got.ID)]
		require.Equal(r, m.products[want.product].ID, got.ProductID)
		require.Equal(r, want.removed, !got.Active())
		require.Equal(r, want.claimed, got.Source == licensing.SourceAutoClaim)
		require.ElementsMatch(r, m.appIDs(want.off), got.AppsOff)
	}
}

func (m *machine) compareUsers(r *rapid.T, data store.Handle) {
	for _, externalID := range m.users {
		user, err := data.UserByExternalID(context.Background(), externalID)
		require.NoError(r, err)
		require.Equal(r, m.model.blocked[externalID], user.Blocked(), "%s is blocked", externalID)
	}

	missed, err := data.MissedClaims(store.ReportFilter{}).Page(context.Background(), paging.Page{Limit: 100})
	require.NoError(r, err)

	var got, want int
	for _, item := range missed.Items {
		got += item.Value.Count
	}

	for _, times := range m.model.missed {
		want += times
	}

	require.Equal(r, want, got, "users turned away")
}
