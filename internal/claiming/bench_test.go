package claiming_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// benchEach measures a server on each of the databases. Its tenant has a policy that never runs out of licenses.
func benchEach(
	b *testing.B,
	measure func(b *testing.B, claims *claiming.Service, tenant *storetest.Tenant, policy licensing.Policy),
) {
	b.Helper()

	for name, url := range map[string]func() string{
		"SQLite":     func() string { return storetest.SQLite(b) },
		"PostgreSQL": func() string { return storetest.Postgres(b, cluster) },
	} {
		b.Run(name, func(b *testing.B) {
			world := storetest.NewWorld(b, storetest.Open(b, url()))
			tenant := world.NewTenant(b, "acme")
			tenant.Buy(b, tenant.E3, 10_000_000)
			policy := tenant.Policy(b, "Teams", tenant.Teams, tenant.E3)

			claims := claiming.New(world.Store, time.Now, storetest.Logger())
			b.Cleanup(claims.Close)
			b.ReportAllocs()
			measure(b, claims, tenant, policy)
		})
	}
}

func BenchmarkASignInOfALicensedUser(b *testing.B) {
	benchEach(b, func(b *testing.B, claims *claiming.Service, tenant *storetest.Tenant, _ licensing.Policy) {
		ctx := context.Background()

		for range 2 { // The second finds the license.
			_, err := claims.Claim(ctx, tenant.ID, "ann", "TEAMS1")
			require.NoError(b, err)
		}

		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%d callers", callers), func(b *testing.B) {
				b.ReportAllocs()
				b.SetParallelism(callers)

				claim := func() {
					answer, err := claims.Claim(ctx, tenant.ID, "ann", "TEAMS1")
					if err != nil || answer.Outcome != licensing.OutcomeAlreadyLicensed {
						b.Error(answer.Outcome, err)
					}
				}

				if callers == 1 {
					for b.Loop() {
						claim()
					}

					return
				}

				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						claim()
					}
				})
			})
		}
	})
}

func BenchmarkABatchOfNewClaims(b *testing.B) {
	benchEach(b, func(b *testing.B, claims *claiming.Service, tenant *storetest.Tenant, policy licensing.Policy) {
		next := 0

		for _, size := range []int{1, 64, 256} {
			b.Run(fmt.Sprintf("%d claims", size), func(b *testing.B) {
				b.ReportAllocs()

				users := make([]string, size)

				for b.Loop() {
					for i := range users {
						next++
						users[i] = "user-" + strconv.Itoa(next)
					}

					decisions, err := claims.ClaimTogether(context.Background(), tenant.ID, policy, users...)
					if err != nil || decisions[0].Outcome != licensing.OutcomeClaimed {
						b.Fatal(decisions, err)
					}
				}
			})
		}
	})
}
