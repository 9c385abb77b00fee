package graph_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// state returns what a tenant has that a mutation could change.
func state(c *caller) string {
	return string(c.do(`{
		settings { autoClaimEnabled } policies { nodes { name enabled version products { product { id } } } }
		subscriptions { nodes { quantity status } } licenses { nodes { id removedAt } }
		users { nodes { externalId blockedAt } } auditEvents { totalCount }
	}`, nil).Data)
}

func TestNullInAPositionThatDoesNotTakeItIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	tenant := a.world.NewTenant(t, "acme")
	tenant.Buy(t, tenant.E3, 1)
	tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
	before := state(admin)
	refused := 0

	for _, request := range nullRequests(graph.Schema()) {
		if request.code == "" {
			continue
		}

		refused++

		answered := admin.do(request.text, request.variables)
		if assert.Len(t, answered.Errors, 1, "%s\n%s", request.position, request.text) {
			assert.Equal(t, request.code, answered.code(), "%s\n%s", request.text, answered.Errors[0].Message)
			assert.Contains(t, answered.Errors[0].Message, request.says, request.text)
		}

		assert.Contains(t, []string{"", "null"}, string(answered.Data), request.text)
	}

	assert.Greater(t, refused, 250)
	assert.Equal(t, before, state(admin))
}

func TestNullInAPositionThatTakesItIsNoInternalError(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	accepted := 0

	for _, request := range nullRequests(graph.Schema()) {
		if request.code != "" || strings.HasPrefix(request.text, "subscription") {
			continue
		}

		accepted++

		answered := admin.do(request.text, request.variables)
		assert.NotEqual(t, "INTERNAL", answered.code(), "%s\n%s", request.position, request.text)

		for _, err := range answered.Errors {
			assert.NotEmpty(t, err.Extensions["code"], request.text)
		}
	}

	assert.Greater(t, accepted, 150)
}

func TestNullInASubscriptionIsRefusedOnEachTransport(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	for text, says := range map[string]string{
		`subscription($v: Boolean = true) { licensePoolChanged { total @include(if: $v) } }`: "if: the variable $v is null",
		`subscription($v: Boolean!) { licensePoolChanged { total @skip(if: $v) } }`:          "variables.v: it is null",
		`subscription($v: String) { licensePoolChanged { total @include(if: null) } }`:       "if: it is null",
	} {
		payload, err := json.Marshal(map[string]any{"query": text, "variables": map[string]any{"v": nil}})
		require.NoError(t, err)

		socket := admin.openSocket()
		socket.send(`{"type": "subscribe", "id": "1", "payload": ` + string(payload) + `}`)
		message := socket.receive()
		assert.Equal(t, "error", message.Type, message.text)
		assert.Contains(t, message.text, says)
		assert.Contains(t, []string{badUserInput, validationFailed}, message.code())

		_, body, err := admin.download(http.MethodPost, "/graphql", string(payload), "text/event-stream")
		require.NoError(t, err)
		assert.Contains(t, string(body), says)

		query := url.Values{"query": {strings.Replace(strings.Replace(text, "subscription", "query", 1),
			"licensePoolChanged { total", "settings { autoClaimEnabled", 1)}, "variables": {`{"v": null}`}}
		_, body = admin.send(http.MethodGet, "/graphql?"+query.Encode(), nil)
		assert.Contains(t, string(body), says)
	}
}

func TestNullDoesNotTurnAutoClaimOrAPolicyOff(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
		id := get[struct{ Nodes []struct{ ID string } }](admin, `{ policies { nodes { id } } }`, nil).Nodes[0].ID

		for _, operation := range []string{
			`mutation($v: Boolean = true) { setAutoClaimEnabled(input: {enabled: $v}) { settings { autoClaimEnabled } } }`,
			`mutation($v: Boolean = true) { setPolicyEnabled(input: {policyId: "` + id + `", enabled: $v}) { policy { id } } }`,
			`query($v: Boolean = true) { viewer { externalId @include(if: $v) } }`,
			`query($v: ReportPeriod) { claimReport(period: $v) { totalClaims } }`,
		} {
			assert.Equal(t, "BAD_USER_INPUT", admin.do(operation, map[string]any{"v": nil}).code(), operation)
		}

		assert.Equal(t, "CLAIMED", string(*admin.claim("ann").Outcome))
	})
}

func TestAVariableThatIsLeftOutGivesTheDefaultOfItsPosition(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	tenant := a.world.NewTenant(t, "acme")
	tenant.Buy(t, tenant.E3, 1)

	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
	ids := map[string]any{"app": globalid.Encode(licensing.KindApp, tenant.Teams.ID), "product": globalid.Encode(licensing.KindProduct, tenant.E3.ID)}

	created := get[payload](admin, `mutation($app: ID!, $product: ID!, $enabled: Boolean, $off: [ID!]) {
		createPolicy(input: {name: "Teams", appId: $app, enabled: $enabled, products: [{productId: $product, appsOff: $off}]})
		{ policy { enabled } userErrors { message } } }`, ids)
	require.Empty(t, created.UserErrors)
	assert.True(t, created.Policy.Enabled)

	bought := get[payload](admin, `mutation($product: ID!, $status: SubscriptionStatus) {
		createSubscription(input: {productId: $product, quantity: 1, status: $status}) { subscription { status } userErrors { message } } }`,
		map[string]any{"product": ids["product"]})
	require.Empty(t, bought.UserErrors)
	assert.Equal(t, "ACTIVE", bought.Subscription.Status)

	report := get[struct{ Period string }](admin, `query($period: ReportPeriod) { claimReport(period: $period) { period } }`, nil)
	assert.Equal(t, "PAST_90_DAYS", report.Period)
}

func TestTheValueOfAnEnumIsWrittenExactly(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Buy(t, tenant.E1, 1)

		policy := globalid.Encode(licensing.KindPolicy, tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1).ID)
		product := globalid.Encode(licensing.KindProduct, tenant.E1.ID)
		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
		before := state(admin)

		for says, test := range map[string]struct {
			text  string
			value any
		}{
			`variables.v: "active" is not a value of SubscriptionStatus`: {
				`mutation($v: SubscriptionStatus!) { createSubscription(input: {productId: "` + product + `", quantity: 1, status: $v}) { userErrors { code } } }`, "active",
			},
			`variables.v.direction: "up" is not a value of MoveDirection`: {
				`mutation($v: MovePolicyProductInput!) { movePolicyProduct(input: $v) { userErrors { code } } }`,
				map[string]any{"policyId": policy, "productId": product, "direction": "up"},
			},
			`variables.v: "past_1_day" is not a value of ReportPeriod`: {
				`query($v: ReportPeriod!) { claimReport(period: $v) { totalClaims } }`, "past_1_day",
			},
			`variables.v.source: "Direct" is not a value of LicenseSource`: {
				`query($v: LicenseFilter) { licenses(filter: $v) { totalCount } }`, map[string]any{"source": "Direct"},
			},
		} {
			answered := admin.do(test.text, map[string]any{"v": test.value})
			require.Len(t, answered.Errors, 1, says)
			assert.Equal(t, validationFailed, answered.code())
			assert.Contains(t, answered.Errors[0].Message, says)
		}

		assert.Equal(t, before, state(admin))
	})
}
