package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// operation uses one root field. Placeholders such as $policy stand for ids of a tenant's objects.
type operation struct {
	field, query string
	// roles are the letters of the roles that may use it: admin, reader, reports reader, sign-in service, and user
	// without a role.
	roles string
}

// operations has one operation for every root field, so that each cell of the table of roles is tested.
var operations = []operation{
	{"viewer", `{ viewer { externalId roles user { id } licenses { nodes { id product { name } } } } }`, "ARP-U"},
	{"settings", `{ settings { autoClaimEnabled } }`, "AR---"},
	{"policies", `{ policies { totalCount nodes { id } } }`, "AR---"},
	{"policy", `{ policy(id: "$policy") { id products { product { id } } } }`, "AR---"},
	{"products", `{ products(filter: {notInPolicyId: "$policy"}) { nodes { id } } }`, "AR---"},
	{"product", `{ product(id: "$product") { id pool { total } } }`, "AR---"},
	{"apps", `{ apps { nodes { id } } }`, "AR---"},
	{"appToggles", `{ appToggles(policyId: "$policy") { state } }`, "AR---"},
	{"users", `{ users { nodes { id licenses { nodes { id } } } } }`, "AR---"},
	{"user", `{ user(id: "$user") { id } }`, "AR---"},
	{"licenses", `{ licenses(filter: {userId: "$user"}) { nodes { id } } }`, "AR---"},
	{"subscriptions", `{ subscriptions { nodes { id } } }`, "AR---"},
	{"claimReport", `{ claimReport(policyId: "$policy") { totalClaims claims { nodes { id user { externalId } policy { name } } } } }`, "ARP--"},
	{"auditEvents", `{ auditEvents(objectId: "$policy") { nodes { id } } }`, "AR---"},
	{"node", `{ node(id: "$license") { id } }`, "AR---"},
	{"nodes", `{ nodes(ids: ["$policy", "$license", "$user", "$subscription", "$claim", "$audit"]) { id } }`, "AR---"},

	{"setAutoClaimEnabled", `mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { code } } }`, "A----"},
	{"updateSettings", `mutation { updateSettings(input: {timeZone: "Europe/Berlin"}) { userErrors { code } } }`, "A----"},
	{"createPolicy", `mutation { createPolicy(input: {name: "Mail", appId: "$mail", products: [{productId: "$product"}]}) { userErrors { code } } }`, "A----"},
	{"updatePolicy", `mutation { updatePolicy(input: {policyId: "$policy", name: "Other"}) { userErrors { code } } }`, "A----"},
	{"setPolicyEnabled", `mutation { setPolicyEnabled(input: {policyId: "$policy", enabled: false}) { userErrors { code } } }`, "A----"},
	{"renamePolicy", `mutation { renamePolicy(input: {policyId: "$policy", name: "Other"}) { userErrors { code } } }`, "A----"},
	{"addBackupProduct", `mutation { addBackupProduct(input: {policyId: "$policy", productId: "$backup"}) { userErrors { code } } }`, "A----"},
	{"removePolicyProduct", `mutation { removePolicyProduct(input: {policyId: "$policy", productId: "$product"}) { userErrors { code } } }`, "A----"},
	{"movePolicyProduct", `mutation { movePolicyProduct(input: {policyId: "$policy", productId: "$product", direction: DOWN}) { userErrors { code } } }`, "A----"},
	{"reorderPolicyProducts", `mutation { reorderPolicyProducts(input: {policyId: "$policy", productIds: ["$product"]}) { userErrors { code } } }`, "A----"},
	{"setAppToggles", `mutation { setAppToggles(input: {policyId: "$policy", toggles: [{appId: "$mail", on: false}]}) { userErrors { code } } }`, "A----"},
	{"deletePolicy", `mutation { deletePolicy(input: {policyId: "$policy"}) { userErrors { code } } }`, "A----"},
	{"claimLicense", `mutation { claimLicense(input: {app: "TEAMS1"}) { outcome license { id product { name } } userErrors { code } } }`, "ARPSU"},
	{"assignLicense", `mutation { assignLicense(input: {userId: "$user", productId: "$backup"}) { userErrors { code } } }`, "A----"},
	{"removeLicense", `mutation { removeLicense(input: {licenseId: "$license"}) { userErrors { code } } }`, "A----"},
	{"createUser", `mutation { createUser(input: {externalId: "new"}) { userErrors { code } } }`, "A----"},
	{"updateUser", `mutation { updateUser(input: {userId: "$user", displayName: "Ann"}) { userErrors { code } } }`, "A----"},
	{"blockUser", `mutation { blockUser(input: {userId: "$user"}) { userErrors { code } } }`, "A----"},
	{"unblockUser", `mutation { unblockUser(input: {userId: "$user"}) { userErrors { code } } }`, "A----"},
	{"createSubscription", `mutation { createSubscription(input: {productId: "$product", quantity: 1}) { userErrors { code } } }`, "A----"},
	{"updateSubscription", `mutation { updateSubscription(input: {subscriptionId: "$subscription", quantity: 9}) { userErrors { code } } }`, "A----"},

	{"licenseClaimed", `subscription { licenseClaimed(policyId: "$policy") { id } }`, "ARP--"},
	{"licensePoolChanged", `subscription { licensePoolChanged(productId: "$product") { total product { id } } }`, "AR---"},
}

var roleLetters = []struct {
	letter string
	roles  []auth.Role
}{
	{"A", []auth.Role{auth.RoleGlobalAdmin}},
	{"R", []auth.Role{auth.RoleGlobalReader}},
	{"P", []auth.Role{auth.RoleReportsReader}},
	{"S", []auth.Role{auth.RoleSignInService}},
	{"U", nil},
}

// populate creates one object of each kind in the tenant. The replacer puts their ids in place of the placeholders.
func populate(c *caller, tenant *storetest.Tenant) *strings.Replacer {
	ids := c.ids()
	tenant.Buy(c.t, tenant.E3, 5)
	tenant.Buy(c.t, tenant.E1, 5)

	policy := tenant.Policy(c.t, "Teams", tenant.Teams, tenant.E3)
	claimed := c.claim("ann")

	type node struct{ ID string }

	type nodes struct{ Nodes []node }

	user := get[nodes](c, `{ users { nodes { id } } }`, nil).Nodes[0].ID
	subscription := get[nodes](c, `{ subscriptions { nodes { id } } }`, nil).Nodes[0].ID
	audit := get[nodes](c, `{ auditEvents { nodes { id } } }`, nil).Nodes[0].ID
	claim := get[struct{ Claims nodes }](c, `{ claimReport { claims { nodes { id } } } }`, nil).Claims.Nodes[0].ID
	_ = policy

	return strings.NewReplacer(
		"$policy", get[nodes](c, `{ policies { nodes { id } } }`, nil).Nodes[0].ID, "$product", ids["E3"], "$backup", ids["E1"],
		"$mail", ids["MAIL"], "$user", user, "$license", claimed.License.ID, "$subscription", subscription,
		"$claim", claim, "$audit", audit)
}

func TestTheTableOfOperationsHasEveryRootField(t *testing.T) {
	t.Parallel()

	schema := graph.Schema()

	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, field := range root.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				assert.True(t, slices.ContainsFunc(operations, func(o operation) bool { return o.field == field.Name }), field.Name)
			}
		}
	}
}

func TestEachRoleMayDoOnlyWhatTheTableSays(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for _, role := range roleLetters {
			tenant := a.world.NewTenant(t, "acme-"+role.letter)
			ids := populate(a.as(tenant, "admin", auth.RoleGlobalAdmin), tenant)
			caller := a.as(tenant, "somebody", role.roles...)

			for _, op := range operations {
				got := caller.do(ids.Replace(op.query), nil)

				switch allowed := strings.Contains(op.roles, role.letter); {
				case allowed && strings.HasPrefix(op.query, "subscription"):
					assert.Contains(t, got.Errors[0].Message, "A subscription needs a stream", "%s %s", role.letter, op.field)
				case allowed:
					assert.Empty(t, got.Errors, "%s %s", role.letter, op.field)
				default:
					assert.Equal(t, "FORBIDDEN", got.code(), "%s %s: %s", role.letter, op.field, got.Data)
				}
			}
		}
	})
}

func TestOnlySignInServicesAndAdminsClaimForOthers(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")

		for _, role := range roleLetters {
			got := a.as(tenant, "somebody", role.roles...).do(
				`mutation { claimLicense(input: {app: "TEAMS1", user: "ann"}) { outcome } }`, nil)
			if role.letter == "A" || role.letter == "S" {
				assert.Empty(t, got.Errors, role.letter)
			} else {
				assert.Equal(t, "FORBIDDEN", got.code(), role.letter)
			}
		}
	})
}

func TestFieldsOfRelatedObjectsNeedTheirOwnPermission(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 5)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		user, reporter := a.as(tenant, "ann"), a.as(tenant, "rep", auth.RoleReportsReader)
		user.mutate("claimLicense", `{ outcome }`, map[string]any{"app": "TEAMS1"})

		for query, who := range map[string]*caller{
			`{ viewer { licenses { nodes { policy { name } } } } }`:                                            user,
			`{ viewer { licenses { nodes { product { pool { total } } } } } }`:                                 user,
			`{ viewer { licenses { nodes { user { licenses { totalCount } } } } } }`:                           user,
			`{ viewer { user { blockedAt } } }`:                                                                user,
			`{ claimReport { claims { nodes { user { licenses { totalCount } } } } } }`:                        reporter,
			`{ claimReport { claims { nodes { policy { products { position } } } } } }`:                        reporter,
			`{ claimReport { claims { nodes { ...x } } } } fragment x on Claim { product { pool { total } } }`: reporter,
			`{ claimReport { claims { nodes { ... on Claim { policy { availableLicenses } } } } } }`:           reporter,
		} {
			assert.Equal(t, "FORBIDDEN", who.do(query, nil).code(), query)
		}

		assert.Empty(t, user.do(`{ viewer { licenses { nodes { product { name } user { externalId } appsOff { name } } } } }`, nil).Errors)
	})
}

func TestNestedFragmentsAreCheckedOnce(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		user := a.as(a.world.NewTenant(t, "acme"), "ann")

		// The fragments expand to 2^40 fields.
		var query strings.Builder

		query.WriteString("{ settings { ...f0 } }")

		for i := range 40 {
			fmt.Fprintf(&query, " fragment f%d on Settings { ...f%d ...f%d }", i, i+1, i+1)
		}

		query.WriteString(" fragment f40 on Settings { autoClaimEnabled }")
		assert.Equal(t, "FORBIDDEN", user.do(strings.Replace(query.String(), "{ settings", "{ viewer { roles } settings", 1), nil).code())
	})
}

func TestObjectsOfAnotherTenantDoNotExist(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		victim := a.world.NewTenant(t, "victim")
		ids := populate(a.as(victim, "admin", auth.RoleGlobalAdmin), victim)

		stranger := a.world.NewTenant(t, "stranger")
		stranger.Buy(t, stranger.E3, 5)
		stranger.Buy(t, stranger.E1, 5)
		intruder := a.as(stranger, "admin", auth.RoleGlobalAdmin)

		before := fingerprint(t, victim)

		for _, op := range operations {
			query := ids.Replace(op.query)
			if strings.HasPrefix(query, "subscription") {
				continue // See TestSubscriptionsReceiveClaimsAndPoolsOfTheirTenant.
			}

			got := intruder.do(query, nil)
			require.Empty(t, got.Errors, op.field)

			if !slices.ContainsFunc([]string{"$policy", "$user", "$license", "$subscription"}, func(id string) bool {
				return strings.Contains(op.query, id)
			}) || op.field == "products" {
				continue
			}

			if strings.HasPrefix(query, "mutation") {
				assert.Contains(t, string(got.Data), string(licensing.CodeNotFound), op.field)

				continue
			}

			// The response has null, an empty list or a count of zero.
			nothing := []string{
				`null`, `[]`, `{"nodes":[]}`, `{"totalClaims":0,"claims":{"nodes":[]}}`, `[null,null,null,null,null,null]`,
			}
			assert.Contains(t, nothing, strings.TrimSuffix(strings.TrimPrefix(string(got.Data), fmt.Sprintf(`{%q:`, op.field)), "}"), op.field)
		}

		assert.Equal(t, before, fingerprint(t, victim), "the victim's data changed")
	})
}

// fingerprint returns the data that an intruder could have changed.
func fingerprint(t *testing.T, tenant *storetest.Tenant) string {
	t.Helper()

	ctx := t.Context()
	policies, err := tenant.Data().Policies(ctx)
	require.NoError(t, err)
	pools, err := tenant.Data().Pools(ctx)
	require.NoError(t, err)
	users, err := tenant.Data().Users("").Page(ctx, paging.Page{Limit: 10})
	require.NoError(t, err)
	events, err := tenant.Data().AuditEvents(store.AuditFilter{}).Count(ctx)
	require.NoError(t, err)

	return fmt.Sprintf("%+v %+v %v %d", policies, pools, users.Items[0].Value.Blocked(), events)
}
