package graph_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ids reads the ids of products and apps, by their codes.
func (c *caller) ids() map[string]string {
	type nodes struct{ Nodes []struct{ ID, Code string } }

	ids := make(map[string]string)

	for _, list := range []nodes{
		get[nodes](c, `{ products { nodes { id code } } }`, nil), get[nodes](c, `{ apps { nodes { id code } } }`, nil),
	} {
		for _, node := range list.Nodes {
			ids[node.Code] = node.ID
		}
	}

	return ids
}

type claimReport struct {
	TotalClaims int
	CSVPath     string
	Claims      struct {
		TotalCount int
		Nodes      []struct {
			Position  int
			StillHeld bool
			ClaimedAt string
			User      struct{ ExternalID string }
			Product   struct{ Code string }
			Policy    struct{ Name string }
		}
	}
	ByProduct []struct {
		Claims  int
		Product struct{ Code string }
	}
	ByPolicy []struct {
		Claims int
		Policy struct{ Name string }
	}
	ByDay []struct {
		Claims    int
		Day       string
		ByProduct []struct {
			Claims  int
			Product struct{ Code string }
		}
	}
	MissedClaims struct {
		Nodes []struct {
			Count int
			User  struct{ ExternalID string }
		}
	}
}

const reportQuery = `query($period: ReportPeriod!, $policy: ID) { claimReport(period: $period, policyId: $policy) {
	totalClaims csvPath
	claims { totalCount nodes { position stillHeld claimedAt user { externalId } product { code } policy { name } } }
	byProduct { claims product { code } } byPolicy { claims policy { name } } byDay { claims day byProduct { claims product { code } } }
	missedClaims { nodes { count user { externalId } } } } }`

func TestAnAdminSetsUpAutoClaimAndUsersGetLicensesAtSignIn(t *testing.T) {
	eachAndPooled(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		signIn := a.as(tenant, "sign-in", auth.RoleSignInService)
		ids := admin.ids()

		for product, quantity := range map[string]int{"E3": 2, "E1": 1, "F1": 1} {
			bought := admin.mutate("createSubscription", `{ subscription { id quantity } userErrors { code } }`,
				map[string]any{"productId": ids[product], "quantity": quantity})
			require.Empty(t, bought.UserErrors)
		}

		created := admin.mutate("createPolicy", policySelection, map[string]any{
			"name": " Teams for all ", "appId": ids["TEAMS1"], "products": []any{
				map[string]any{"productId": ids["E3"], "appsOff": []string{ids["VOICE"]}},
				map[string]any{"productId": ids["E1"]},
				map[string]any{"productId": ids["F1"]},
			},
		})
		require.Empty(t, created.UserErrors)
		assert.Equal(t, "Teams for all", created.Policy.Name)
		assert.Equal(t, 4, created.Policy.AvailableLicenses)

		for i, product := range []string{"E3", "E3", "E1", "F1"} {
			got := signIn.claim(fmt.Sprintf("user-%d", i))
			require.Equal(t, licensing.OutcomeClaimed, *got.Outcome)
			assert.Contains(t, got.Message, "Product "+product)
		}

		assert.Equal(t, licensing.OutcomeOutOfLicenses, *signIn.claim("late").Outcome)
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, *signIn.claim("user-0").Outcome)

		report := get[claimReport](admin, reportQuery, map[string]any{"period": "PAST_90_DAYS"})
		assert.Equal(t, 4, report.TotalClaims)
		assert.Equal(t, 4, report.Claims.TotalCount)
		require.Len(t, report.Claims.Nodes, 4)
		require.Len(t, report.ByProduct, 3)
		assert.Equal(t, 2, report.ByProduct[0].Claims)
		assert.Equal(t, "Teams for all", report.ByPolicy[0].Policy.Name)
		assert.Equal(t, "2026-03-10", report.ByDay[0].Day)
		assert.Equal(t, report.ByProduct, report.ByDay[0].ByProduct, "all claims were made on this day")
		require.Len(t, report.MissedClaims.Nodes, 1)
		assert.Equal(t, "late", report.MissedClaims.Nodes[0].User.ExternalID)

		requireSameRows(t, report, admin)

		const searchQuery = `query($text: String) { claimReport { totalClaims csvPath(text: $text)
			claims(text: $text) { totalCount nodes { position stillHeld claimedAt user { externalId } product { code } policy { name } } }
			missedClaims(text: $text) { nodes { count user { externalId } } } } }`

		found := get[claimReport](admin, searchQuery, map[string]any{"text": " USER-2"})
		assert.Equal(t, 4, found.TotalClaims, "totals are not filtered")
		require.Len(t, found.Claims.Nodes, 1)
		assert.Equal(t, 1, found.Claims.TotalCount)
		assert.Equal(t, "user-2", found.Claims.Nodes[0].User.ExternalID)
		assert.Empty(t, found.MissedClaims.Nodes)
		requireSameRows(t, found, admin)
		assert.Len(t, get[claimReport](admin, searchQuery, map[string]any{"text": "LATE"}).MissedClaims.Nodes, 1)
	})
}

// requireSameRows fails unless the CSV has the rows of the report in the same order.
func requireSameRows(t *testing.T, report claimReport, reader *caller) {
	t.Helper()

	status, raw := reader.send(http.MethodGet, report.CSVPath, nil)
	require.Equal(t, http.StatusOK, status)

	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+len(report.Claims.Nodes))

	column := func(name string) int { return slices.Index(rows[0], name) }

	for i, claim := range report.Claims.Nodes {
		row := rows[i+1]
		assert.Equal(t, claim.ClaimedAt, row[column("claimed_at")])
		assert.Equal(t, claim.User.ExternalID, row[column("user_external_id")])
		assert.Equal(t, claim.Product.Code, row[column("product_code")])
		assert.Equal(t, claim.Policy.Name, row[column("policy")])
		assert.Equal(t, strconv.Itoa(claim.Position), row[column("position")])
		assert.Equal(t, strconv.FormatBool(claim.StillHeld), row[column("still_held")])
	}
}

func TestEachChangeOfAPolicyRaisesItsVersionAndAStaleOneIsAConflict(t *testing.T) {
	eachAndPooled(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		ids := admin.ids()

		for _, product := range []string{"E5", "E3", "E1", "F1"} {
			admin.mutate("createSubscription", `{ userErrors { code } }`, map[string]any{"productId": ids[product], "quantity": 3})
		}

		policy := admin.mutate("createPolicy", policySelection, map[string]any{
			"name": "Teams", "appId": ids["TEAMS1"], "products": []any{map[string]any{"productId": ids["E3"]}},
		}).Policy.ID

		order := func(p payload) (codes []string) {
			for _, product := range p.Policy.Products {
				codes = append(codes, product.Product.Code)
			}

			return codes
		}

		version := 1

		for _, step := range []struct {
			mutation string
			input    map[string]any
			order    []string
		}{
			{"setPolicyEnabled", map[string]any{"enabled": false}, []string{"E3"}},
			{"renamePolicy", map[string]any{"name": "Everybody"}, []string{"E3"}},
			{"addBackupProduct", map[string]any{"productId": ids["E1"]}, []string{"E3", "E1"}},
			{"addBackupProduct", map[string]any{"productId": ids["F1"]}, []string{"E3", "E1", "F1"}},
			{"movePolicyProduct", map[string]any{"productId": ids["F1"], "direction": "UP"}, []string{"E3", "F1", "E1"}},
			{"reorderPolicyProducts", map[string]any{"productIds": []string{ids["E1"], ids["F1"], ids["E3"]}}, []string{"E1", "F1", "E3"}},
			{"removePolicyProduct", map[string]any{"productId": ids["E1"]}, []string{"F1", "E3"}},
			{"setAppToggles", map[string]any{"toggles": []any{map[string]any{"appId": ids["MAIL"], "on": false}}}, []string{"F1", "E3"}},
			{"updatePolicy", map[string]any{"name": "All", "enabled": true, "products": []any{
				map[string]any{"productId": ids["E5"], "appsOff": []string{ids["VOICE"]}}, map[string]any{"productId": ids["E3"]},
			}}, []string{"E5", "E3"}},
			{"deletePolicy", map[string]any{}, []string{"E5", "E3"}},
		} {
			a.world.Clock.Advance(time.Second)

			step.input["policyId"] = policy

			step.input["version"] = version - 1
			stale := admin.mutate(step.mutation, policySelection, step.input)
			require.Equal(t, []licensing.Code{licensing.CodeConflict}, stale.codes(), step.mutation)
			require.Equal(t, version, stale.Policy.Version, "the payload has the current policy")

			step.input["version"] = version
			done := admin.mutate(step.mutation, policySelection, step.input)
			require.Empty(t, done.UserErrors, step.mutation)

			version++
			require.Equal(t, version, done.Policy.Version, step.mutation)
			require.Equal(t, step.order, order(done), step.mutation)
		}

		after := admin.mutate("renamePolicy", policySelection, map[string]any{"policyId": policy, "name": "Late"})
		assert.Equal(t, []licensing.Code{licensing.CodeNotFound}, after.codes())

		// Each change has one audit event with the states before and after it. The refusals have none.
		type events struct {
			Nodes []struct {
				Action, Actor string
				Before, After map[string]any
			}
		}

		trail := get[events](admin, `query($id: ID!) { auditEvents(objectId: $id) { nodes { action actor before after } } }`,
			map[string]any{"id": policy})
		require.Len(t, trail.Nodes, version)
		assert.Equal(t, "deletePolicy", trail.Nodes[0].Action)
		assert.Equal(t, "createPolicy", trail.Nodes[version-1].Action)
		assert.Nil(t, trail.Nodes[version-1].Before)
		assert.Equal(t, "admin", trail.Nodes[1].Actor)
		assert.Equal(t, "Everybody", trail.Nodes[1].Before["name"])
		assert.Equal(t, "All", trail.Nodes[1].After["name"])
	})
}

func TestAppTogglesOfAllProductsReadOnOffOrMixed(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		ids := admin.ids()

		tenant.Buy(t, tenant.E3, 1)
		tenant.Buy(t, tenant.E1, 1)

		policy := admin.mutate("createPolicy", policySelection, map[string]any{
			"name": "Teams", "appId": ids["TEAMS1"],
			"products": []any{map[string]any{"productId": ids["E3"]}, map[string]any{"productId": ids["E1"]}},
		}).Policy.ID

		toggles := func(product any) map[string]string {
			states := make(map[string]string)

			type toggle struct {
				App    struct{ Code string }
				State  string
				Locked bool
			}

			for _, t := range get[[]toggle](admin,
				`query($policy: ID!, $product: ID) { appToggles(policyId: $policy, productId: $product) { app { code } state locked } }`,
				map[string]any{"policy": policy, "product": product}) {
				states[t.App.Code] = t.State
				if t.Locked {
					states[t.App.Code] += " locked"
				}
			}

			return states
		}

		require.Equal(t, map[string]string{"TEAMS1": "ON locked", "MAIL": "ON", "VOICE": "ON"}, toggles(nil))

		set := func(toggle map[string]any) []licensing.Code {
			return admin.mutate("setAppToggles", policySelection,
				map[string]any{"policyId": policy, "toggles": []any{toggle}}).codes()
		}

		require.Empty(t, set(map[string]any{"productId": ids["E3"], "appId": ids["MAIL"], "on": false}))
		assert.Equal(t, map[string]string{"TEAMS1": "ON locked", "MAIL": "MIXED", "VOICE": "ON"}, toggles(nil))
		assert.Equal(t, map[string]string{"TEAMS1": "ON locked", "MAIL": "OFF", "VOICE": "ON"}, toggles(ids["E3"]))

		require.Empty(t, set(map[string]any{"appId": ids["MAIL"], "on": false}))
		assert.Equal(t, "OFF", toggles(nil)["MAIL"])
		assert.Equal(t, []licensing.Code{licensing.CodePolicyAppRequired}, set(map[string]any{"appId": ids["TEAMS1"], "on": false}))
		assert.Empty(t, toggles(ids["F1"]), "a product that the policy does not have")
	})
}
