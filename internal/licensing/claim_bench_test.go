package licensing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func BenchmarkDecideABatchOf256Claims(b *testing.B) {
	policy, err := licensing.NewPolicy(licensing.PolicyDraft{
		Name: "Teams for all", AppID: teams.ID, Enabled: true, Products: inOrder(e3, e1, f1),
	}, true, nil, terms(), noon)
	require.NoError(b, err)

	claims := licensing.ClaimTerms{Catalog: catalog(), AppID: teams.ID, AutoClaimEnabled: true, Policy: &policy}
	pools := map[licensing.ID]licensing.Pool{
		e3.ID: {ProductID: e3.ID, Total: 100}, e1.ID: {ProductID: e1.ID, Total: 100}, f1.ID: {ProductID: f1.ID, Total: 10},
	}
	claimants := make([]licensing.Claimant, 256)

	for i := range claimants {
		claimants[i].UserID = id()
	}

	facts, externalIDs := batchOf(pools, claimants)

	b.ReportAllocs()

	for b.Loop() {
		decisions, _ := licensing.DecideClaims(claims, facts, externalIDs, noon)
		if decisions[209].Outcome != licensing.OutcomeClaimed || decisions[210].Outcome != licensing.OutcomeOutOfLicenses {
			b.Fatal("a wrong decision")
		}
	}
}

func BenchmarkSettleASignInOfALicensedUser(b *testing.B) {
	claims := licensing.ClaimTerms{Catalog: catalog(), AppID: teams.ID}
	user := licensing.Claimant{UserID: id(), Licenses: []licensing.License{{ID: id(), ProductID: e3.ID}}}

	b.ReportAllocs()

	for b.Loop() {
		if _, settled := claims.Settle(user); !settled {
			b.Fatal("a wrong decision")
		}
	}
}
