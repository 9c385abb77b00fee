package auth_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

// logged returns a logger and what it logged.
func logged() (*slog.Logger, *bytes.Buffer) {
	var logs bytes.Buffer

	return slog.New(slog.NewJSONHandler(&logs, nil)), &logs
}

// misfit is a token that does not fit the settings.
type misfit struct {
	config func(c *auth.Config)
	claims map[string]any
	// log is what the operator is told, and caller what the caller is.
	log    []string
	caller string
}

func misfits(url string) map[string]misfit {
	jwks := func(issuer string) func(c *auth.Config) {
		return func(c *auth.Config) { c.Issuer, c.JWKSURL, c.AllowPlainHTTPKeys = issuer, url+"/keys", true }
	}

	return map[string]misfit{
		"version 1.0 where 2.0 is expected": {
			jwks("https://login.microsoftonline.com/" + contoso + "/v2.0"),
			map[string]any{"iss": "https://sts.windows.net/" + contoso + "/", "ver": "1.0"},
			[]string{"ver 1.0", "requestedAccessTokenVersion", "set --issuer to", "sts.windows.net/" + contoso + "/"},
			"another issuer",
		},
		"version 2.0 where 1.0 is expected": {
			jwks("https://sts.windows.net/" + contoso + "/"),
			map[string]any{"iss": "https://login.microsoftonline.com/" + contoso + "/v2.0", "ver": "2.0"},
			[]string{"ver 2.0", "set --issuer to", contoso + "/v2.0"},
			"another issuer",
		},
		"another organization of Entra ID": {
			jwks("https://login.microsoftonline.com/" + contoso + "/v2.0"),
			map[string]any{"iss": "https://login.microsoftonline.com/" + fabrikam + "/v2.0", "ver": "2.0"},
			[]string{"another organization", "https://login.microsoftonline.com/{tenantid}/v2.0"},
			"another issuer",
		},
		"a token for Microsoft Graph": {
			jwks("https://login.microsoftonline.com/" + contoso + "/v2.0"),
			map[string]any{"iss": "https://sts.windows.net/" + contoso + "/", "ver": "1.0", "aud": "00000003-0000-0000-c000-000000000000"},
			[]string{"Microsoft Graph", "--console-scope"},
			"another issuer",
		},
		"a slash at the issuer's end": {
			jwks("https://acme.eu.auth0.com"),
			map[string]any{"iss": "https://acme.eu.auth0.com/"},
			[]string{"slash at its end", "https://acme.eu.auth0.com/"},
			"another issuer",
		},
		"a name inside the cluster": {
			jwks("https://login.example.com/realms/acme"),
			map[string]any{"iss": "http://keycloak:8080/realms/acme"},
			[]string{"http://keycloak:8080/realms/acme", "--jwks-url", "--hostname"},
			"another issuer",
		},
		"AD FS": {
			jwks("https://adfs.example/adfs"),
			map[string]any{"iss": "http://adfs.example/adfs/services/trust"},
			[]string{"http://adfs.example/adfs/services/trust", "--jwks-url", "/adfs/discovery/keys"},
			"another issuer",
		},
		"quite another issuer": {
			nil,
			map[string]any{"iss": "https://login.other.example"},
			[]string{`token has iss \"https://login.other.example\"`, "--issuer is"},
			"another issuer",
		},
		"no issuer": {nil, map[string]any{"iss": nil}, []string{"claim iss"}, "another issuer"},
		"another audience": {
			nil, map[string]any{"aud": "other"}, []string{`token has aud [\"other\"], --audience is \"autoclaim-api\"`}, "another audience",
		},
		"the client's id in place of the API's URI": {
			func(c *auth.Config) { c.Audience = "0c4e3f0a-7c7c-4f3e-9d57-6d3f8a2f0b11" },
			map[string]any{"aud": "api://0c4e3f0a-7c7c-4f3e-9d57-6d3f8a2f0b11", "ver": "1.0"},
			[]string{`set --audience to \"api://0c4e3f0a`},
			"another audience",
		},
		"a slash at the audience's end": {
			nil, map[string]any{"aud": []string{"x", "autoclaim-api/"}}, []string{`set --audience to \"autoclaim-api/\"`}, "another audience",
		},
		"Keycloak's own audience": {nil, map[string]any{"aud": "account"}, []string{"audience mapper"}, "another audience"},
		"no audience":             {nil, map[string]any{"aud": nil}, []string{"aud []", "let the provider add the audience"}, "another audience"},
		"an empty audience":       {nil, map[string]any{"aud": []string{}}, []string{"Ory Hydra"}, "another audience"},
		"an ID token":             {nil, map[string]any{"aud": "console", "nonce": "x"}, []string{"ID token"}, "another audience"},
		"no organization": {
			nil, map[string]any{"tid": nil}, []string{`token has no claim \"tid\"`, `\"sub\"`, "--tenant-claim", "--fixed-tenant"}, "no organization",
		},
		"the organization as Google's": {nil, map[string]any{"tid": nil, "hd": "acme.example"}, []string{"set --tenant-claim to hd"}, "no organization"},
		"the organization as Auth0's":  {nil, map[string]any{"tid": nil, "org_id": "org_1"}, []string{"set --tenant-claim to org_id"}, "no organization"},
		"several organizations":        {nil, map[string]any{"tid": []string{"a", "b"}}, []string{"no single organization", "--tenant-claim"}, "no organization"},
		"no user":                      {nil, map[string]any{"sub": nil}, []string{`no user in its claim \"sub\"`, "basic", "--user-claim"}, "no user"},
		"no oid": {
			func(c *auth.Config) { c.UserClaim = "oid" }, nil, []string{"set --user-claim to sub"}, "no user",
		},
		"an id that is no id": {nil, map[string]any{"sub": "a\nb"}, []string{"--user-claim"}, "malformed"},
		"no expiry":           {nil, map[string]any{"exp": nil}, []string{`\"exp\"`}, "no expiry"},
		"clocks": {
			nil, map[string]any{"nbf": now.Add(5 * time.Minute).Unix()}, []string{"5m0s from now", "--clock-skew"}, "not valid yet",
		},
	}
}

func TestATokenThatDoesNotFitNamesTheSettingInTheLogAndNoSecretToItsCaller(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)

	for name, m := range misfits(p.URL) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			logger, logs := logged()
			verifier := verifierOf(t, p, func(c *auth.Config) {
				if c.Logger = logger; m.config != nil {
					m.config(c)
				}
			})

			claims := map[string]any{"secret": "hunter2", "email": "ann@secret.example"}
			maps.Copy(claims, m.claims)

			signed := token(t, p, claims)

			for range 3 {
				_, err := verifier.Verify(t.Context(), signed)

				var refused *auth.TokenError
				require.ErrorAs(t, err, &refused)
				assert.Contains(t, refused.Reason, m.caller)
				assert.NotContains(t, refused.Reason, "--")
			}

			text := logs.String()
			for _, part := range m.log {
				assert.Contains(t, text, part)
			}

			assert.Equal(t, 1, strings.Count(text, "\n"), "one line a minute: %s", text)
			assert.NotContains(t, text, "hunter2")
			assert.NotContains(t, text, "secret.example")
			assert.NotContains(t, text, strings.Split(signed, ".")[1])
		})
	}
}

func TestATextThatIsNoSignedJWTIsNamed(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims := map[string]any{"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "exp": now.Add(time.Hour).Unix()}

	for name, test := range map[string]struct{ token, caller, log string }{
		"opaque":                {"ory_at_Zm9v.YmFy", "no JWT", "strategies.access_token"},
		"opaque, one part":      {"ya29.a0AfH6SMBx", "no JWT", "Google"},
		"encrypted":             {part(`{"alg":"dir","enc":"A256GCM"}`) + "..AA.AA.AA", "encrypted", "Auth0"},
		"unsigned":              {part(`{"alg":"none"}`) + "." + part(`{}`) + ".", "no signature", `algorithm \"none\"`},
		"unsigned, with a part": {part(`{"alg":"none"}`) + "." + part(`{}`) + ".AA", "algorithm", `algorithm \"none\"`},
		"a shared secret":       {sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: []byte(strings.Repeat("k", 32))}, claims), "RS256", `algorithm \"HS256\"`},
	} {
		logger, logs := logged()
		verifier := verifierOf(t, p, func(c *auth.Config) { c.Logger = logger })

		_, err := verifier.Verify(t.Context(), test.token)

		var refused *auth.TokenError
		require.ErrorAs(t, err, &refused, name)
		assert.Contains(t, refused.Reason, test.caller, name)
		assert.Contains(t, logs.String(), test.log, name)
		assert.NotContains(t, logs.String(), test.token, name)
	}
}

func TestAnUnknownKeyIsTold(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	logger, logs := logged()
	verifier := verifierOf(t, p, func(c *auth.Config) { c.Logger = logger })

	_, err := verifier.Verify(t.Context(), stranger(t, p, "other-key"))
	require.Error(t, err)
	assert.Contains(t, logs.String(), `the key \"other-key\", which the issuer does not publish`)
	assert.Contains(t, logs.String(), "--jwks-url")
}

func TestEachKindOfMisfitIsLoggedOnceAMinute(t *testing.T) {
	t.Parallel()

	p, clock := oidctest.New(t), new(fakeClock)
	logger, logs := logged()
	verifier := verifierOf(t, p, func(c *auth.Config) { c.Logger, c.Now = logger, clock.now })

	for range 120 {
		for _, change := range []map[string]any{{"aud": "other"}, {"tid": nil}} {
			_, err := verifier.Verify(t.Context(), longLived(t, p, change))
			require.Error(t, err)
		}

		clock.advance(time.Second)
	}

	assert.Equal(t, 2, strings.Count(logs.String(), `"kind":"audience"`))
	assert.Equal(t, 2, strings.Count(logs.String(), `"kind":"tenant"`))
	assert.Equal(t, 2, strings.Count(logs.String(), `"not_logged":59`))
}

func TestTheOperatorIsToldWhyNobodyHasARole(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)

	for name, test := range map[string]struct {
		config func(c *auth.Config)
		claims map[string]any
		log    string
	}{
		"no claim":               {nil, map[string]any{"roles": nil}, `token has no claim \"roles\"; it has [`},
		"other names":            {nil, map[string]any{"roles": []string{"license-admin"}}, "--role-map"},
		"in Keycloak's claim":    {nil, map[string]any{"roles": nil, "realm_access": map[string]any{"roles": []string{"GLOBAL_ADMIN"}}}, "set --roles-claim to realm_access.roles"},
		"in Auth0's claim":       {nil, map[string]any{"roles": nil, "https://example.com/roles": []string{"GLOBAL_ADMIN"}}, "set --roles-claim to https://example.com/roles"},
		"in the groups":          {func(c *auth.Config) { c.RoleMapping = map[string]string{"g1": "GLOBAL_ADMIN"} }, map[string]any{"groups": []string{"g1"}}, "set --roles-claim to groups"},
		"the path is not whole":  {func(c *auth.Config) { c.RolesClaim = "realm_access" }, map[string]any{"roles": nil, "realm_access": map[string]any{"roles": []string{"GLOBAL_ADMIN"}}}, "set --roles-claim to realm_access.roles"},
		"a number for the roles": {nil, map[string]any{"roles": 7}, "no role of this server in its claim"},
	} {
		logger, logs := logged()
		verifier := verifierOf(t, p, func(c *auth.Config) {
			if c.Logger = logger; test.config != nil {
				test.config(c)
			}
		})

		got, err := verifier.Verify(t.Context(), token(t, p, test.claims))
		require.NoError(t, err, "%s: a token without a role is valid", name)
		assert.Zero(t, got.Roles, name)
		assert.Contains(t, logs.String(), test.log, name)
	}

	logger, logs := logged()
	verifier := verifierOf(t, p, func(c *auth.Config) { c.Logger = logger })

	for _, roles := range [][]string{{"GLOBAL_READER"}, nil} {
		_, err := verifier.Verify(t.Context(), token(t, p, map[string]any{"roles": roles}))
		require.NoError(t, err)
	}

	assert.Empty(t, logs.String(), "once a token had a role, the claim is right, and most users have none")
}

func TestGroupsThatDidNotFitIntoTheTokenAreNamedToCallerAndOperator(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)

	for name, claims := range map[string]map[string]any{
		"_claim_names": {"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph"}}},
		"hasgroups":    {"hasgroups": true},
	} {
		logger, logs := logged()
		verifier := verifierOf(t, p, func(c *auth.Config) {
			c.Logger, c.RolesClaim, c.RoleMapping = logger, "groups", map[string]string{"g1": "GLOBAL_ADMIN"}
		})

		got, err := verifier.Verify(t.Context(), token(t, p, claims))
		require.NoError(t, err, name)
		assert.Contains(t, got.RoleHint(), "groups did not fit", name)
		assert.Contains(t, logs.String(), "set --roles-claim to roles", name)

		got, err = verifier.Verify(t.Context(), token(t, p, map[string]any{"groups": []string{"g1"}}))
		require.NoError(t, err, name)
		assert.Empty(t, got.RoleHint(), name)
		assert.True(t, got.Roles.Has(auth.RoleGlobalAdmin), name)
	}

	got, err := verifierOf(t, p, nil).Verify(t.Context(), token(t, p, map[string]any{"roles": nil, "hasgroups": true}))
	require.NoError(t, err)
	assert.Empty(t, got.RoleHint(), "groups are not the claim with the roles")
}
