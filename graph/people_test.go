package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// named returns a caller whose token has a name and an email.
func (a *api) named(tenant *storetest.Tenant, identity auth.Identity) *caller {
	a.t.Helper()

	identity.TenantExternalID = tenant.ExternalID
	token, err := a.issuer.Sign(identity, time.Hour)
	require.NoError(a.t, err)

	return &caller{api: a, t: a.t, token: token}
}

type listed struct {
	Nodes []struct{ ExternalID, DisplayName, Email string }
}

const listUsers = `{ users { nodes { externalId displayName email } } }`

func TestAdminsSeeTheNamesOfTokensAndOfSignInServices(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 9)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		service := a.named(tenant, auth.Identity{
			UserExternalID: "service", DisplayName: "The service", Roles: auth.NewRoles(auth.RoleSignInService),
		})
		ann := a.named(tenant, auth.Identity{UserExternalID: "ann", DisplayName: "Ann Lee", Email: "ann@example.com"})

		claim := func(c *caller, input map[string]any) {
			input["app"] = "TEAMS1"
			got := c.mutate("claimLicense", `{ outcome userErrors { code } }`, input)
			require.Empty(t, got.UserErrors)
			require.Equal(t, licensing.OutcomeClaimed, *got.Outcome)
		}

		claim(ann, map[string]any{"displayName": "The President", "email": "president@example.com"})
		claim(service, map[string]any{"user": "bob", "displayName": "Bob", "email": "bob@example.com"})
		claim(service, map[string]any{"user": "cid", "displayName": nil, "email": "\u0007"})

		users := map[string][2]string{}
		for _, user := range get[listed](admin, listUsers, nil).Nodes {
			users[user.ExternalID] = [2]string{user.DisplayName, user.Email}
		}

		assert.Equal(t, map[string][2]string{
			"ann": {"Ann Lee", "ann@example.com"}, // Users cannot choose their names.
			"bob": {"Bob", "bob@example.com"},
			"cid": {"", ""}, // The name of the service is not that of its users.
		}, users)
	})
}

func TestACallerMayClaimUnderEverySpellingOfTheirExternalIDIfTheTenantFoldsThem(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 9)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		ann := a.named(tenant, auth.Identity{UserExternalID: "Ann@example.com", DisplayName: "Ann"})
		query := mutation("claimLicense", `{ outcome userErrors { code } }`)
		claimAs := func(user string) answer {
			return ann.do(query, map[string]any{"input": map[string]any{"app": "TEAMS1", "user": user}})
		}

		assert.Equal(t, "FORBIDDEN", claimAs("ann@example.com").code())

		type settings struct {
			Settings   struct{ ExternalIDMatching, TimeZone string }
			UserErrors []userError
		}

		changed := get[settings](admin,
			`mutation { updateSettings(input: {externalIdMatching: FOLDED, timeZone: null}) { settings { externalIdMatching timeZone } userErrors { code } } }`, nil)
		require.Empty(t, changed.UserErrors)
		assert.Equal(t, "FOLDED", changed.Settings.ExternalIDMatching)
		assert.Equal(t, "UTC", changed.Settings.TimeZone)

		assert.Empty(t, claimAs("ann@EXAMPLE.com").Errors)
		assert.Equal(t, "FORBIDDEN", claimAs("anna@example.com").code())

		type viewer struct {
			User     *struct{ ExternalID, DisplayName string }
			Licenses struct{ Nodes []struct{ ID string } }
		}

		me := get[viewer](ann, `{ viewer { user { externalId displayName } licenses { nodes { id } } } }`, nil)
		require.NotNil(t, me.User)
		assert.Equal(t, "Ann", me.User.DisplayName)
		assert.Len(t, me.Licenses.Nodes, 1)
	})
}

func TestAnAdminCreatesAndChangesUsersByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 9)
		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		ids := admin.ids()

		const selection = `{ user { id } userErrors { code message path } }`

		created := admin.mutate("createUser", selection, map[string]any{"externalId": "new", "displayName": "New"})
		require.Empty(t, created.UserErrors)

		again := admin.mutate("createUser", selection, map[string]any{"externalId": "new"})
		assert.Equal(t, []licensing.Code{licensing.CodeExternalIDTaken}, again.codes())
		assert.Nil(t, again.User)

		changed := admin.mutate("updateUser", selection, map[string]any{"userId": created.User.ID, "email": "new@example.com", "displayName": nil})
		require.Empty(t, changed.UserErrors)

		for _, input := range []map[string]any{
			{"userId": created.User.ID, "userExternalId": "new"}, {},
		} {
			assert.Equal(t, []licensing.Code{licensing.CodeInvalidInput}, admin.mutate("blockUser", selection, input).codes())
			input["productId"] = ids["E3"]
			assert.Equal(t, []licensing.Code{licensing.CodeInvalidInput},
				admin.mutate("assignLicense", `{ license { id } userErrors { code message path } }`, input).codes())
		}

		assigned := admin.mutate("assignLicense", `{ license { id } userErrors { code message path } }`,
			map[string]any{"userExternalId": "unknown", "productId": ids["E3"]})
		require.Empty(t, assigned.UserErrors)

		blocked := admin.mutate("blockUser", selection, map[string]any{"userExternalId": "blocked"})
		require.Empty(t, blocked.UserErrors)

		assert.ElementsMatch(t, []struct{ ExternalID, DisplayName, Email string }{
			{"new", "New", "new@example.com"}, {"unknown", "", ""}, {"blocked", "", ""},
		}, get[listed](admin, listUsers, nil).Nodes)
	})
}
