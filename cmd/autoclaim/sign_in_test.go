package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// issuersFile writes a file of --issuers.
func issuersFile(t *testing.T, text string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "issuers.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))

	return path
}

func TestAFileOfIssuersGivesEachItsSettings(t *testing.T) {
	t.Parallel()

	configs, err := readIssuers(issuersFile(t, "\ufeff"+`[
		{"issuer": "https://a", "audience": "x", "tenants": ["acme", "*"], "user-claim": "oid", "role-map": {"CN=Admins,DC=x": "GLOBAL_ADMIN"}},
		{"issuer": "http://adfs/adfs/services/trust", "audience": "y", "fixed-tenant": "beta", "roles-claim": "role", "jwks-url": "https://adfs/keys"}
	]`+"\r\n"))
	require.NoError(t, err)
	assert.Equal(t, []auth.Config{
		{
			Issuer: "https://a", Audience: "x", Tenants: []string{"acme", "*"}, UserClaim: "oid", InTable: true,
			RoleMapping: map[string]string{"CN=Admins,DC=x": "GLOBAL_ADMIN"},
		},
		{
			Issuer: "http://adfs/adfs/services/trust", Audience: "y", FixedTenant: "beta", RolesClaim: "role", JWKSURL: "https://adfs/keys",
			InTable: true,
		},
	}, configs)
}

func TestAFileOfIssuersThatMakesNoSenseStopsTheServer(t *testing.T) {
	t.Parallel()

	for message, text := range map[string]string{
		"must be a JSON list of issuers":              `{"issuer": "https://a"}`,
		"invalid character":                           `[{"issuer": "https://a",}]`,
		"it names no issuer":                          `[]`,
		"issuer 1: issuer and audience are required":  `[{"issuer": "https://a"}]`,
		"did you mean tenant-claim":                   `[{"issuer": "https://a", "audience": "x", "tenantClaim": "tid"}]`,
		"is no setting of an issuer":                  `[{"Issuer": "https://a", "audience": "x"}]`,
		"is there twice, or has a value of the wrong": `[{"issuer": "https://a", "audience": "x", "audience": "y"}]`,
		"of the wrong kind":                           `[{"issuer": "https://a", "audience": ["x"]}]`,
		"tenants is null":                             `[{"issuer": "https://a", "audience": "x", "tenants": null}]`,
		`issuer 2: issuer "login.example"`:            `[{"issuer": "https://a", "audience": "x"}, {"issuer": "login.example", "audience": "x"}]`,
		`audience " x": remove the white space`:       `[{"issuer": "https://a", "audience": " x"}]`,
		"an organization is empty":                    `[{"issuer": "https://a", "audience": "x", "tenants": [""]}]`,
		`"GLOBAL_ADMN" is no role: did you mean`:      `[{"issuer": "https://a", "audience": "x", "role-map": {"x": "GLOBAL_ADMN"}}]`,
		"fixed-tenant and tenant-claim":               `[{"issuer": "https://a", "audience": "x", "fixed-tenant": "y", "tenant-claim": "tid"}]`,
		"http://b must start with https://":           `[{"issuer": "http://b", "audience": "x"}]`,
		"tenants of https://b in --issuers is empty":  `[{"issuer": "https://a", "audience": "x", "tenants": ["t"]}, {"issuer": "https://b", "audience": "x"}]`,
		"with --allow-plain-http-keys":                `[{"issuer": "https://a", "audience": "x", "jwks-url": "http://10.0.0.1/keys"}]`,
	} {
		status, out := command(t, "serve", "--issuers="+issuersFile(t, text))
		assert.Equal(t, 2, status, text)
		assert.Contains(t, out, message, text)
	}
}

func TestSeveralIssuersServeTheirTenants(t *testing.T) {
	t.Parallel()

	url := storetest.SQLite(t)
	world := storetest.NewWorld(t, storetest.Open(t, url))
	world.NewTenant(t, "acme")
	world.NewTenant(t, "beta")

	a, b := oidctest.New(t), oidctest.New(t)
	a.Claims = map[string]any{"tid": "acme-external", "roles": []string{"GLOBAL_ADMIN"}}
	b.Claims = map[string]any{"tid": "beta-external", "groups": []string{"readers"}}

	file, err := json.Marshal([]map[string]any{
		{"issuer": a.URL, "audience": oidctest.ClientID, "tenants": []string{"acme-external", "later"}},
		{
			"issuer": "https://beta.example", "audience": oidctest.ClientID, "tenants": []string{"beta-external"},
			"jwks-url": b.KeysURL(), "roles-claim": "groups", "role-map": map[string]string{"readers": "GLOBAL_READER"},
		},
	})
	require.NoError(t, err)

	ctx, stop := context.WithCancel(t.Context())
	log, ended := new(output), make(chan int, 1)

	go func() {
		ended <- run(ctx, []string{
			"serve", "--database-url=" + url, "--listen=127.0.0.1:0", "--request-timeout=1m", "--issuers=" + issuersFile(t, string(file)),
			"--allow-plain-http-keys",
		}, io.Discard, log)
	}()

	beta := map[string]any{
		"iss": "https://beta.example", "aud": oidctest.ClientID, "sub": "bob", "tid": "beta-external", "groups": []string{"readers"}, "exp": 9e9,
	}
	foreign := map[string]any{"iss": "https://beta.example", "aud": oidctest.ClientID, "sub": "bob", "tid": "acme-external", "exp": 9e9}
	stranger := map[string]any{"iss": "https://other.example", "aud": oidctest.ClientID, "sub": "bob", "tid": "acme-external", "exp": 9e9}
	groups := map[string]any{
		"iss": "https://beta.example", "aud": oidctest.ClientID, "sub": "bob", "tid": "beta-external", "exp": 9e9,
		"_claim_names": map[string]any{"groups": "src1"},
	}

	server := &process{t: t, url: requireServing(t, log), tokens: map[string]string{
		"acme": a.ClientToken(t), "beta": b.Sign(t, beta), "foreign": b.Sign(t, foreign), "stranger": b.Sign(t, stranger), "groups": b.Sign(t, groups),
		"nobody": a.Sign(t, map[string]any{"iss": a.URL, "aud": oidctest.ClientID, "sub": "x", "tid": "later", "exp": 9e9}),
	}}
	requireReady(t, server.url)

	var ignored any

	const query = `{ policies { totalCount } }`

	server.must("acme", query, &ignored)
	server.must("beta", query, &ignored)
	require.ErrorContains(t, server.query(t.Context(), "foreign", query, &ignored), "not registered here")
	require.ErrorContains(t, server.query(t.Context(), "stranger", query, &ignored), "another issuer")
	require.ErrorContains(t, server.query(t.Context(), "nobody", query, &ignored), "not registered here")
	require.ErrorContains(t, server.query(t.Context(), "groups", query, &ignored), "groups did not fit into your token")

	for _, line := range []string{
		"an issuer names an organization that is not a tenant yet", `external_id=later`, "tenants of https://beta.example in --issuers",
		"https://other.example", "is no issuer in --issuers", "a valid token is of an organization that is not a tenant", "autoclaim tenant create",
		"too many groups",
	} {
		assert.Contains(t, log.String(), line)
	}

	stop()
	assert.Zero(t, <-ended)
}

func TestAServerIsReadyOnceItsProviderResponds(t *testing.T) {
	t.Parallel()

	provider := oidctest.New(t)
	provider.Claims = map[string]any{"tid": "acme-external"}

	var up atomic.Bool

	serving := provider.Server.Config.Handler
	provider.Server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)

			return
		}

		serving.ServeHTTP(w, r)
	})

	url := storetest.SQLite(t)
	ctx, stop := context.WithCancel(t.Context())
	log, ended := new(output), make(chan int, 1)

	go func() {
		ended <- run(ctx, []string{
			"serve", "--database-url=" + url, "--listen=127.0.0.1:0", "--issuer=" + provider.URL, "--audience=" + oidctest.ClientID,
		}, io.Discard, log)
	}()

	server := requireServing(t, log)

	response, err := http.Get(server + "/readyz")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	assert.Contains(t, log.String(), "does not respond")
	assert.Contains(t, log.String(), "503")
	assert.Contains(t, log.String(), "--issuer")

	up.Store(true)
	requireReady(t, server)

	stop()
	assert.Zero(t, <-ended)
}

func TestAWrongProviderStopsTheServerWithAMessage(t *testing.T) {
	t.Parallel()

	provider := oidctest.New(t)

	for name, args := range map[string][]string{
		"see --issuer":            {"--issuer=" + provider.URL + "/nothing"},
		"the slash at its end":    {"--issuer=" + provider.URL + "/"},
		provider.URL + "/nowhere": {"--issuer=https://login.example", "--jwks-url=" + provider.URL + "/nowhere", "--allow-plain-http-keys"},
	} {
		status, out := command(t, append([]string{"serve"}, append(args, "--audience=a", "--listen=127.0.0.1:0", "--database-url="+storetest.SQLite(t))...)...)
		assert.Equal(t, 1, status, name)
		assert.Contains(t, out, name)
		assert.NotContains(t, out, "serving")
	}
}
