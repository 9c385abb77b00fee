package auth_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

// The ids of organizations of Entra ID.
const (
	contoso  = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
	fabrikam = "0f8f3d52-2f4e-4c1b-9a5d-3c7b2b6c1d11"
)

// issued returns a token of the provider with these claims, and an expiry.
func issued(t *testing.T, p *oidctest.Provider, claims map[string]any) string {
	t.Helper()

	all := map[string]any{"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	maps.Copy(all, claims)

	return p.Sign(t, all)
}

// setUp is a provider as it is: how the server is set up for it, and what its tokens and configuration have.
type setUp struct {
	// names is the provider's name for itself, and config what the server is told. Both get the provider's URL.
	names  string
	config func(url string) auth.Config
	claims func(url string) map[string]any
	// tenant, user and role are what a token must give.
	tenant, user string
	role         auth.Role
}

func setUps() map[string]setUp {
	reader := []string{"GLOBAL_READER"}

	return map[string]setUp{
		"Entra ID, version 2.0": {
			names: "/" + contoso + "/v2.0",
			config: func(url string) auth.Config {
				return auth.Config{Issuer: url + "/" + contoso + "/v2.0", Audience: "0c4e3f0a-7c7c-4f3e-9d57-6d3f8a2f0b11", UserClaim: "oid"}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"iss": url + "/" + contoso + "/v2.0", "aud": "0c4e3f0a-7c7c-4f3e-9d57-6d3f8a2f0b11", "ver": "2.0", "tid": contoso,
					"oid": "ann-oid", "sub": "pairwise", "azp": "console", "preferred_username": "ann@contoso.example", "roles": reader,
				}
			},
			tenant: contoso, user: "ann-oid", role: auth.RoleGlobalReader,
		},
		"Entra ID, version 1.0": {
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: "https://sts.windows.net/" + contoso + "/", Audience: "api://autoclaim", UserClaim: "oid",
					JWKSURL: url + "/keys", AllowPlainHTTPKeys: true,
				}
			},
			claims: func(string) map[string]any {
				return map[string]any{
					"iss": "https://sts.windows.net/" + contoso + "/", "aud": "api://autoclaim", "ver": "1.0", "tid": contoso, "oid": "ann-oid",
					"sub": "pairwise", "appid": "console", "upn": "ann@contoso.example", "unique_name": "ann@contoso.example", "roles": reader,
				}
			},
			tenant: contoso, user: "ann-oid", role: auth.RoleGlobalReader,
		},
		"Entra ID, all organizations": {
			names:  "/{tenantid}/v2.0",
			config: func(url string) auth.Config { return auth.Config{Issuer: url + "/organizations/v2.0", Audience: "api"} },
			claims: func(url string) map[string]any {
				return map[string]any{"iss": url + "/" + fabrikam + "/v2.0", "aud": "api", "tid": fabrikam, "sub": "bob", "roles": reader}
			},
			tenant: fabrikam, user: "bob", role: auth.RoleGlobalReader,
		},
		"Entra ID, all organizations by a placeholder": {
			names:  "/{tenantid}/v2.0",
			config: func(url string) auth.Config { return auth.Config{Issuer: url + "/{tenantid}/v2.0", Audience: "api"} },
			claims: func(url string) map[string]any {
				return map[string]any{"iss": url + "/" + fabrikam + "/v2.0", "aud": "api", "tid": fabrikam, "sub": "bob", "roles": reader}
			},
			tenant: fabrikam, user: "bob", role: auth.RoleGlobalReader,
		},
		"Azure AD B2C": {
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: "https://contoso.b2clogin.com/" + contoso + "/v2.0/", Audience: "api", FixedTenant: "acme",
					RolesClaim: "extension_Roles", JWKSURL: url + "/keys", AllowPlainHTTPKeys: true,
				}
			},
			claims: func(string) map[string]any {
				return map[string]any{
					"iss": "https://contoso.b2clogin.com/" + contoso + "/v2.0/", "aud": "api", "sub": "ann", "tfp": "B2C_1_signin",
					"extension_Roles": "GLOBAL_READER", "ver": "1.0",
				}
			},
			tenant: "acme", user: "ann", role: auth.RoleGlobalReader,
		},
		"Keycloak, roles of the realm": {
			names: "/realms/acme",
			config: func(url string) auth.Config {
				return auth.Config{Issuer: url + "/realms/acme", Audience: "autoclaim", FixedTenant: "acme", RolesClaim: "realm_access.roles"}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"iss": url + "/realms/acme", "aud": []string{"autoclaim", "account"}, "sub": "ann", "azp": "console",
					"realm_access": map[string]any{"roles": []string{"offline_access", "GLOBAL_READER"}},
				}
			},
			tenant: "acme", user: "ann", role: auth.RoleGlobalReader,
		},
		"Keycloak, organizations, and roles of a client with dots": {
			names: "/realms/acme",
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: url + "/realms/acme", Audience: "autoclaim", TenantClaim: "organization",
					RolesClaim: "resource_access.api.example.com.roles",
				}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"iss": url + "/realms/acme", "aud": "autoclaim", "sub": "ann", "organization": []string{"acme"},
					"resource_access": map[string]any{"api.example.com": map[string]any{"roles": reader}},
				}
			},
			tenant: "acme", user: "ann", role: auth.RoleGlobalReader,
		},
		"Auth0": {
			names: "/",
			config: func(url string) auth.Config {
				return auth.Config{Issuer: url + "/", Audience: "https://api.example.com", TenantClaim: "org_id", RolesClaim: "https://api.example.com/roles"}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"iss": url + "/", "aud": []string{"https://api.example.com", "https://acme.eu.auth0.com/userinfo"}, "sub": "auth0|ann",
					"org_id": "org_1", "azp": "console", "scope": "openid profile", "https://api.example.com/roles": reader,
				}
			},
			tenant: "org_1", user: "auth0|ann", role: auth.RoleGlobalReader,
		},
		"Okta": {
			names: "/oauth2/default",
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: url + "/oauth2/default", Audience: "api://default", FixedTenant: "acme", UserClaim: "uid", RolesClaim: "groups",
					RoleMapping: map[string]string{"License readers": "GLOBAL_READER"},
				}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"ver": 1, "iss": url + "/oauth2/default", "aud": "api://default", "cid": "console", "uid": "00u1", "scp": []string{"openid"},
					"sub": "ann@example.com", "groups": []string{"Everyone", "License readers"},
				}
			},
			tenant: "acme", user: "00u1", role: auth.RoleGlobalReader,
		},
		"Ory Hydra": {
			names: "/",
			config: func(url string) auth.Config {
				return auth.Config{Issuer: url + "/", Audience: "api", TenantClaim: "ext.tid", RolesClaim: "ext.roles"}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"iss": url + "/", "aud": []string{"api"}, "client_id": "console", "sub": "ann", "scp": []string{"openid"},
					"ext": map[string]any{"tid": "acme", "roles": reader},
				}
			},
			tenant: "acme", user: "ann", role: auth.RoleGlobalReader,
		},
		"Google": {
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: "https://accounts.google.com", Audience: "1.apps.googleusercontent.com", TenantClaim: "hd",
					JWKSURL: url + "/keys", AllowPlainHTTPKeys: true,
				}
			},
			claims: func(string) map[string]any {
				return map[string]any{
					"iss": "https://accounts.google.com", "aud": "1.apps.googleusercontent.com", "azp": "1.apps.googleusercontent.com",
					"sub": "1167", "hd": "acme.example", "email": "ann@acme.example", "nonce": "x",
				}
			},
			tenant: "acme.example", user: "1167",
		},
		"AD FS": {
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: "http://adfs.example/adfs/services/trust", Audience: "microsoft:identityserver:autoclaim", FixedTenant: "acme",
					UserClaim: "upn", RolesClaim: "role", JWKSURL: url + "/keys", AllowPlainHTTPKeys: true,
				}
			},
			claims: func(string) map[string]any {
				return map[string]any{
					"iss": "http://adfs.example/adfs/services/trust", "aud": "microsoft:identityserver:autoclaim", "appid": "console",
					"apptype": "Public", "upn": "ann@corp.example", "role": "GLOBAL_READER", "ver": "1.0",
				}
			},
			tenant: "acme", user: "ann@corp.example", role: auth.RoleGlobalReader,
		},
		"ZITADEL": {
			config: func(url string) auth.Config {
				return auth.Config{
					Issuer: url, Audience: "api", TenantClaim: "urn:zitadel:iam:user:resourceowner:id", RolesClaim: "urn:zitadel:iam:org:project:roles",
				}
			},
			claims: func(url string) map[string]any {
				return map[string]any{
					"iss": url, "aud": []string{"api", "project"}, "sub": "ann", "urn:zitadel:iam:user:resourceowner:id": "acme",
					"urn:zitadel:iam:org:project:roles": map[string]any{"GLOBAL_READER": map[string]any{"1": "acme.example"}},
				}
			},
			tenant: "acme", user: "ann", role: auth.RoleGlobalReader,
		},
	}
}

func TestTokensOfProvidersAreReadAsTheyAre(t *testing.T) {
	t.Parallel()

	for name, s := range setUps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := oidctest.New(t)
			p.Configuration = map[string]any{"issuer": p.URL + s.names}

			config := s.config(p.URL)
			config.Now = func() time.Time { return now }
			verifier, err := auth.NewOIDC(t.Context(), config)
			require.NoError(t, err)
			t.Cleanup(verifier.Close)

			got, err := verifier.Verify(t.Context(), issued(t, p, s.claims(p.URL)))
			require.NoError(t, err)
			assert.Equal(t, s.tenant, got.TenantExternalID)
			assert.Equal(t, s.user, got.UserExternalID)
			assert.Equal(t, auth.NewRoles(s.role), got.Roles)
			assert.Empty(t, got.RoleHint())
		})
	}
}

func TestAnIssuerOfAllOrganizationsSpeaksForEachByItsOwnName(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	p.Configuration = map[string]any{"issuer": p.URL + "/{tenantid}/v2.0"}
	verifier := verifierOf(t, p, func(c *auth.Config) { c.Issuer = p.URL + "/common/v2.0" })

	for name, claims := range map[string]map[string]any{
		"another organization in tid": {"iss": p.URL + "/" + contoso + "/v2.0", "tid": fabrikam},
		"no organization in iss":      {"iss": p.URL + "//v2.0", "tid": ""},
		"the placeholder itself":      {"iss": p.URL + "/{tenantid}/v2.0", "tid": contoso},
		"all organizations":           {"iss": p.URL + "/common/v2.0", "tid": contoso},
		"a longer path":               {"iss": p.URL + "/x/" + contoso + "/v2.0", "tid": "x/" + contoso},
		"more behind it":              {"iss": p.URL + "/" + contoso + "/v2.0/", "tid": contoso},
		"another host":                {"iss": "https://evil.example/" + contoso + "/v2.0", "tid": contoso},
	} {
		_, err := verifier.Verify(t.Context(), token(t, p, claims))

		var refused *auth.TokenError
		require.ErrorAs(t, err, &refused, name)
	}

	got, err := verifier.Verify(t.Context(), token(t, p, map[string]any{"iss": p.URL + "/" + contoso + "/v2.0", "tid": contoso}))
	require.NoError(t, err)
	assert.Equal(t, contoso, got.TenantExternalID)

	_, err = auth.NewOIDC(t.Context(), auth.Config{Issuer: p.URL + "/common/v2.0", Audience: audience, FixedTenant: "acme"})
	require.ErrorContains(t, err, "--fixed-tenant")
}
