package graph_test

import (
	"bytes"
	"context"
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
)

func TestTheSchemaDescribesEverythingAndHasNoNullsInLists(t *testing.T) {
	t.Parallel()

	schema := graph.Schema()

	for name, definition := range schema.Types {
		if definition.BuiltIn {
			continue
		}

		assert.NotEmpty(t, definition.Description, name)

		for _, value := range definition.EnumValues {
			assert.NotEmpty(t, value.Description, "%s.%s", name, value.Name)
		}

		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}

			assert.NotEmpty(t, field.Description, "%s.%s", name, field.Name)

			for _, argument := range field.Arguments {
				assert.NotEmpty(t, argument.Description, "%s.%s(%s)", name, field.Name, argument.Name)
			}

			// nodes has null in place of an object that does not exist.
			if list := field.Type; list.Elem != nil && definition.Kind == ast.Object && field.Name != "nodes" {
				assert.True(t, list.NonNull && list.Elem.NonNull, "%s.%s is %s", name, field.Name, list)
			}
		}
	}
}

func TestTheEnumsOfTheSchemaMatchTheDomain(t *testing.T) {
	t.Parallel()

	schema := graph.Schema()
	values := func(enum string) (names []string) {
		for _, value := range schema.Types[enum].EnumValues {
			names = append(names, value.Name)
		}

		return names
	}

	for _, code := range []licensing.Code{
		licensing.CodeNotFound, licensing.CodeConflict, licensing.CodeInvalidInput, licensing.CodeAutoClaimOff,
		licensing.CodeNameRequired, licensing.CodeNameTooLong, licensing.CodeNameTaken, licensing.CodeAppAmbiguous,
		licensing.CodeAppNotClaimable, licensing.CodeAppHasPolicy, licensing.CodeAppNotInProduct,
		licensing.CodePolicyAppRequired, licensing.CodeProductLacksApp, licensing.CodeProductNotOwned,
		licensing.CodeProductDuplicate, licensing.CodeProductNotInPolicy, licensing.CodeProductsRequired,
		licensing.CodeTooManyProducts, licensing.CodeLastProduct, licensing.CodeOrderIncomplete, licensing.CodeCannotMove,
		licensing.CodeQuantityOutOfRange, licensing.CodeQuantityBelowAssigned, licensing.CodeAlreadyLicensed,
		licensing.CodeAlreadyRemoved, licensing.CodeOutOfLicenses, licensing.CodeExternalIDTaken,
		licensing.CodeUsersWouldMerge, licensing.CodeNotReady,
	} {
		assert.Contains(t, values("UserErrorCode"), string(code))
	}

	var statuses []string
	for _, status := range licensing.SubscriptionStatuses() {
		statuses = append(statuses, string(status))
	}

	assert.Equal(t, statuses, values("SubscriptionStatus"))

	var matchings []string
	for _, matching := range licensing.ExternalIDMatchings() {
		matchings = append(matchings, string(matching))
	}

	assert.Equal(t, matchings, values("ExternalIdMatching"))

	for _, period := range licensing.Periods() {
		assert.True(t, slices.ContainsFunc(values("ReportPeriod"), func(name string) bool {
			got, err := model.UnmarshalReportPeriod(name)

			return err == nil && got == period
		}))
	}
}

func TestEveryCodeIsDocumented(t *testing.T) {
	t.Parallel()

	guide, err := os.ReadFile("../docs/api.md")
	require.NoError(t, err)

	file, err := parser.ParseFile(token.NewFileSet(), "../internal/apierror/codes.go", nil, 0)
	require.NoError(t, err)

	var codes []string

	goast.Inspect(file, func(node goast.Node) bool {
		if literal, ok := node.(*goast.BasicLit); ok {
			code, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)

			codes = append(codes, code)
		}

		return true
	})
	require.Contains(t, codes, apierror.CodeInternal)

	schema := graph.Schema()

	for _, enum := range []string{"UserErrorCode", "ClaimOutcome"} {
		for _, value := range schema.Types[enum].EnumValues {
			codes = append(codes, value.Name)
		}
	}

	for _, code := range codes {
		assert.Regexp(t, "(?m)^\\| `"+code+"` \\| .{10,}", string(guide), "a row of a table that says what to do")
	}
}

type page struct {
	TotalCount int
	Nodes      []struct{ ExternalID string }
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
}

func (p page) names() (names []string) {
	for _, node := range p.Nodes {
		names = append(names, node.ExternalID)
	}

	return names
}

func TestPagesHaveNoGapsInBothDirectionsWhileObjectsAreAdded(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)

		var users []licensing.User
		for i := range 25 {
			users = append(users, licensing.User{ExternalID: fmt.Sprintf("user-%02d", i), DisplayName: fmt.Sprintf("Same %d", i/5)})
		}

		require.NoError(t, tenant.Admin.ImportUsers(context.Background(), tenant.ID, users))

		read := func(arguments string) page {
			return get[page](admin, `{ users(`+arguments+`) { totalCount nodes { externalId }
				pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, nil)
		}

		var forward, backward []string

		for after := ""; ; {
			p := read("first: 7" + after)
			forward = append(forward, p.names()...)
			assert.Equal(t, after != "", p.PageInfo.HasPreviousPage)

			if !p.PageInfo.HasNextPage {
				break
			}

			after = fmt.Sprintf(", after: %q", *p.PageInfo.EndCursor)

			// Users who are added before the cursor must not shift the next page.
			require.NoError(t, tenant.Admin.ImportUsers(context.Background(), tenant.ID,
				[]licensing.User{{ExternalID: fmt.Sprintf("new-%d", len(forward)), DisplayName: "A"}}))
		}

		require.Len(t, forward, 25)
		assert.True(t, slices.IsSorted(forward))

		for before := ""; ; {
			p := read("last: 7" + before)
			backward = append(p.names(), backward...)

			if !p.PageInfo.HasPreviousPage {
				break
			}

			before = fmt.Sprintf(", before: %q", *p.PageInfo.StartCursor)
		}

		assert.Equal(t, forward, backward[len(backward)-25:])
		assert.Equal(t, len(backward), read("first: 1").TotalCount)
		assert.Equal(t, []string{"user-10"}, read(`text: "USER-10"`).names())
		assert.Len(t, read(`text: "sAME 2"`).names(), 5)
		assert.Empty(t, read(`text: "2 user-10"`).names(), "a search does not match across name and id")
		assert.Empty(t, read(`text: "100%"`).names(), "wildcards are ordinary characters")
	})
}

func TestProductsCanBeFilteredToPossibleBackups(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)

		for _, product := range []licensing.Product{tenant.E3, tenant.E1, tenant.Draw} {
			tenant.Buy(t, product, 1)
		}

		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		type nodes struct{ Nodes []struct{ ID, Code string } }

		policy := get[nodes](admin, `{ policies { nodes { id } } }`, nil).Nodes[0].ID
		found := get[nodes](admin, `query($filter: ProductFilter) { products(filter: $filter) { nodes { id code } } }`,
			map[string]any{"filter": map[string]any{
				"owned": true, "includesAppId": admin.ids()["TEAMS1"], "notInPolicyId": policy, "text": "pRoDuct",
			}})
		require.Len(t, found.Nodes, 1)
		assert.Equal(t, "E1", found.Nodes[0].Code)
	})
}

func TestAProductGetsAPoolWithItsFirstSubscription(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		ids := admin.ids()

		type product struct {
			Pool *struct{ Total, Assigned, Available int }
		}

		read := func() product {
			return get[product](admin, `{ product(id: "`+ids["E3"]+`") { pool { total assigned available } } }`, nil)
		}
		assert.Nil(t, read().Pool)

		bought := admin.mutate("createSubscription", `{ subscription { id quantity status } userErrors { code } }`,
			map[string]any{"productId": ids["E3"], "quantity": 5})
		assert.Equal(t, 5, read().Pool.Available)

		ended := admin.mutate("updateSubscription", `{ subscription { id quantity status } userErrors { code } }`,
			map[string]any{"subscriptionId": bought.Subscription.ID, "status": "CANCELED"})
		assert.Equal(t, "CANCELED", ended.Subscription.Status)
		assert.Equal(t, 5, ended.Subscription.Quantity, "a field that is left out does not change")
		assert.Zero(t, read().Pool.Total)
	})
}

func TestTheErrorOfMalformedInputHasACodeAndNamesTheInput(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		product := admin.ids()["E3"]

		for query, says := range map[string]string{
			`{ policy(id: "nonsense") { id } }`:                         "not an id",
			`{ policy(id: "` + product + `") { id } }`:                  "product",
			`{ policy(id: "` + strings.ToUpper(product) + `") { id } }`: "not an id",
			`{ node(id: "horse_00000000000000000000000000") { id } }`:   "horse",
			`{ users(first: 0) { totalCount } }`:                        "between 1 and 100",
			`{ users(first: 101) { totalCount } }`:                      "between 1 and 100",
			`{ users(first: 1, last: 1) { totalCount } }`:               "not both",
			`{ users(after: "%%%") { totalCount } }`:                    "not a cursor",
			`{ claimReport { claims(after: "eyJrIjoieCIsImkiOiIwMTljZDg1ZS04OGMwLTcwMDAtOTIzZS00Y2M5Nzc2YmMyZGIifQ") { totalCount } } }`:     "cursor",
			`{ nodes(ids: [` + strings.Repeat(`"`+product+`",`, 101) + `]) { id } }`:                                                         "at most 100",
			`mutation { createPolicy(input: {name: "x", appId: "x", products: []}) { policy { id } } }`:                                      "appId",
			`mutation { setAppToggles(input: {policyId: "x", toggles: []}) { policy { id } } }`:                                              "policyId",
			`mutation { createSubscription(input: {productId: "` + product + `", quantity: 99999999999999999999}) { userErrors { code } } }`: "",
		} {
			got := admin.do(query, nil)
			assert.Contains(t, []string{"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}, got.code(), query)

			if assert.NotEmpty(t, got.Errors, query) {
				assert.Contains(t, got.Errors[0].Message, says, query)
			}
		}
	})
}

func TestAnObjectThatDoesNotExistIsNull(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		admin := a.as(a.world.NewTenant(t, "acme"), "admin", auth.RoleGlobalAdmin)
		none := "_00000000000000000000000000"

		for _, query := range []string{
			`{ policy(id: "policy` + none + `") { id } }`, `{ product(id: "product` + none + `") { id } }`,
			`{ user(id: "user` + none + `") { id } }`, `{ node(id: "claim` + none + `") { id } }`,
			`{ node(id: "missed_claim` + none + `") { id } }`, `{ node(id: "app` + none + `") { id } }`,
		} {
			got := admin.do(query, nil)
			assert.Empty(t, got.Errors, query)
			assert.Contains(t, string(got.Data), "null", query)
		}
	})
}

func TestAnInternalErrorShowsOnlyTheRequestID(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		admin := a.as(a.world.NewTenant(t, "acme"), "admin", auth.RoleGlobalAdmin)
		admin.do(`{ viewer { externalId } }`, nil) // The server caches the tenant's id.
		require.NoError(t, a.world.Store.Close())

		got := admin.do(`{ settings { autoClaimEnabled } }`, nil)
		require.Equal(t, "INTERNAL", got.code())
		assert.NotEmpty(t, got.Errors[0].Extensions["requestId"])
		assert.Equal(t, "Something went wrong on the server. Give its operator the request id.", got.Errors[0].Message)
	})
}

func TestTheCSVHasThePermissionsAndParametersOfTheReport(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")

		for _, role := range roleLetters {
			somebody := a.as(tenant, "somebody", role.roles...)
			status, _ := somebody.send(http.MethodGet, server.ClaimsCSVPath, nil)
			missed, _ := somebody.send(http.MethodGet, server.MissedClaimsCSVPath, nil)
			want := http.StatusForbidden

			if slices.Contains([]string{"A", "R", "P"}, role.letter) {
				want = http.StatusOK
			}

			assert.Equal(t, want, status, role.letter)
			assert.Equal(t, want, missed, role.letter)
		}

		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)

		for parameters, says := range map[string]string{
			"?period=PAST_2_DAYS": "PAST_90_DAYS", "?policyId=x": `policyId: \"x\" is not an id`, "?text=%00": "U+0000",
			"?bom=yes": `bom: \"yes\" is not a truth value`, "?spreadsheet=": "Use true or false", "?separator=;": "separator",
			"?separator=pipe": "Use comma, semicolon or tab", "?bom=1&bom=1": "give this parameter once",
		} {
			for _, path := range []string{server.ClaimsCSVPath, server.MissedClaimsCSVPath} {
				status, body := admin.send(http.MethodGet, path+parameters, nil)
				assert.Equal(t, http.StatusBadRequest, status, parameters)
				assert.Contains(t, string(body), "BAD_USER_INPUT")
				assert.Contains(t, string(body), says)
			}
		}
	})
}

func TestATokenThatIsExpiredOrOfAnUnknownOrganizationIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)

		unknown := *tenant
		unknown.ExternalID = "nowhere"
		assert.Equal(t, "FORBIDDEN", a.as(&unknown, "admin", auth.RoleGlobalAdmin).do(`{ viewer { externalId } }`, nil).code())

		a.world.Clock.Advance(2 * time.Hour)
		assert.Equal(t, "UNAUTHENTICATED", admin.do(`{ viewer { externalId } }`, nil).code())
	})
}

func TestAGetRequestNeverChangesAnything(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)

		status, body := admin.send(http.MethodGet,
			"/graphql?query=mutation%7BsetAutoClaimEnabled(input%3A%7Benabled%3Afalse%7D)%7BuserErrors%7Bcode%7D%7D%7D", bytes.NewReader(nil))
		assert.NotEqual(t, http.StatusOK, status, string(body))

		now, err := tenant.Data().Tenant(context.Background())
		require.NoError(t, err)
		assert.True(t, now.AutoClaimEnabled)
	})
}
