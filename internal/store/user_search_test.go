package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestASearchFindsTheClaimsOfFewAndOfManyUsers(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := t.Context()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 2*store.FewUsers)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		since := tenant.Clock.Now().AddDate(0, 0, -7)

		names := make([]string, store.FewUsers+200)
		people := make([]licensing.Person, len(names))

		for i := range names {
			names[i] = fmt.Sprintf("user-%05d", i)
			people[i].ExternalID = names[i]
		}

		err := tenant.Store.ClaimInTx(ctx, tenant.ID, people, []licensing.ID{tenant.E3.ID}, tenant.Clock.Now(),
			func(facts licensing.ClaimFacts) (licensing.ClaimResults, error) {
				results := licensing.ClaimResults{PolicyID: policy.ID, AppID: tenant.Teams.ID, At: tenant.Clock.Now()}

				for i, name := range names {
					license := licensing.License{
						ID: licensing.NewID(results.At), UserID: facts.Users[name].ID, ProductID: tenant.E3.ID,
						Source: licensing.SourceAutoClaim, PolicyID: &policy.ID, AssignedAt: results.At,
					}
					results.Licenses = append(results.Licenses, license)
					results.Claims = append(results.Claims, licensing.Claim{
						ID: licensing.NewID(results.At), UserID: license.UserID, PolicyID: policy.ID, AppID: results.AppID,
						ProductID: license.ProductID, LicenseID: license.ID, ClaimedAt: results.At.Add(time.Duration(i)),
					})
				}

				return results, nil
			})
		require.NoError(t, err)

		for text, want := range map[string]int{
			"user-00007": 1, "USER-0000": 10, "none": 0, "user": len(names), "-0": len(names), "%": 0,
		} {
			for _, policyID := range []*licensing.ID{nil, &policy.ID} {
				claims := tenant.Data().Claims(store.ReportFilter{Since: since, PolicyID: policyID, Text: text})

				found, err := claims.Count(ctx)
				require.NoError(t, err)
				assert.Equal(t, want, found, text)

				page, err := claims.Page(ctx, paging.Page{Limit: 50})
				require.NoError(t, err)
				assert.Len(t, page.Items, min(want, 50), text)
				assert.Equal(t, want > 50, page.HasNext, text)
			}
		}
	})
}
