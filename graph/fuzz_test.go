package graph_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// target is the whole endpoint on one of the databases, with an admin who sends to it.
type target struct {
	handler http.Handler
	tenant  *storetest.Tenant
	policy  licensing.Policy
}

// targets are one on each database, in the same state.
func targets(f *testing.F) []target {
	f.Helper()

	var both []target

	for _, url := range []string{storetest.SQLite(f), storetest.Postgres(f, cluster)} {
		world := storetest.NewWorld(f, storetest.Open(f, url))
		tenant := world.NewTenant(f, "acme")
		tenant.Buy(f, tenant.E3, 1000)
		tenant.Buy(f, tenant.Basic, 1000)

		claims := claiming.New(world.Store, world.Clock.Now, storetest.Logger())
		f.Cleanup(claims.Close)

		caller := auth.Caller{TenantID: tenant.ID, Identity: auth.Identity{
			TenantExternalID: tenant.ExternalID, UserExternalID: "ada", ExpiresAt: world.Clock.Now().Add(time.Hour),
			Roles: auth.NewRoles(auth.RoleGlobalAdmin),
		}}
		authenticate := func(context.Context, string) (auth.Caller, error) { return caller, nil }
		api := server.NewAPI(server.APIConfig{
			Store: world.Store, Admin: world.Admin, Claiming: claims, Reporting: reporting.New(world.Store, world.Clock.Now),
			Logger: storetest.Logger(), Now: world.Clock.Now, Authenticate: authenticate,
		})
		both = append(both, target{
			tenant: tenant, policy: tenant.Policy(f, "Teams", tenant.Teams, tenant.E3, tenant.Basic),
			handler: server.New(server.Config{
				GraphQL: api.GraphQL, ClaimsCSV: api.ClaimsCSV,
				Authenticate: authenticate, Ready: world.Store.Ping, Logger: storetest.Logger(),
			}).Handler(),
		})
		f.Cleanup(api.EndStreams)
	}

	return both
}

// fill puts the target's own ids where a fuzzed text asks for them.
func (a target) fill(text string) string {
	return strings.NewReplacer(
		"POLICY_ID", globalid.Encode(licensing.KindPolicy, a.policy.ID),
		"PRODUCT_ID", globalid.Encode(licensing.KindProduct, a.tenant.E3.ID),
		"APP_ID", globalid.Encode(licensing.KindApp, a.tenant.Teams.ID),
	).Replace(text)
}

// send returns the status and the answer, which must never be that the server is at fault.
func (a target) send(t *testing.T, body string) (int, answer) {
	t.Helper()

	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(a.fill(body)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer good")

	recorder := httptest.NewRecorder()
	a.handler.ServeHTTP(recorder, request)

	raw := recorder.Body.String()
	require.NotEqual(t, http.StatusInternalServerError, recorder.Code, raw)
	require.NotRegexp(t, `"code":"INTERNAL"|(?i)sqlstate|goroutine |\.go:\d`, raw)

	var got answer
	require.NoError(t, json.Unmarshal([]byte(raw), &got), raw)

	for _, err := range got.Errors {
		require.NotEmpty(t, err.Extensions["code"], raw)
	}

	return recorder.Code, got
}

// sendAll sends to both databases, which must give the same answer but for ids.
func sendAll(t *testing.T, both []target, body string) answer {
	t.Helper()

	status, first := both[0].send(t, body)
	otherStatus, other := both[1].send(t, body)

	if busy := first.code() == "UNAVAILABLE" || other.code() == "UNAVAILABLE"; !busy {
		require.Equal(t, status, otherStatus, body)
		require.Equal(t, first.code(), other.code(), body)
		require.Len(t, other.Errors, len(first.Errors), body)
	}

	return first
}

func requestBody(query string, variables map[string]any) string {
	body, _ := json.Marshal(map[string]any{"query": query, "variables": variables}) // Text has a JSON form.

	return string(body)
}

// FuzzBody sends anything for a request's body.
func FuzzBody(f *testing.F) {
	both := targets(f)

	for _, r := range hostileRequests() {
		if r.body != "" && len(r.body) < 4<<10 {
			f.Add(r.body)
		}
	}

	f.Add(`{"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}`)
	f.Add(`{"query": "query A { settings { autoClaimEnabled } } query B { __typename }", "operationName": "B", "variables": {"a": null}}`)
	f.Fuzz(func(t *testing.T, body string) { sendAll(t, both, body) })
}

// FuzzOperation sends anything for an operation and its variables, beginning with the example operations.
func FuzzOperation(f *testing.F) {
	both := targets(f)

	files, err := filepath.Glob("../examples/operations/*.graphql")
	require.NoError(f, err)
	require.NotEmpty(f, files)

	fragments, err := os.ReadFile("../examples/operations/PolicyFields.graphql")
	require.NoError(f, err)

	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)

		if strings.Contains(string(text), "...PolicyFields") {
			text = append(text, fragments...)
		}

		f.Add(string(text), `{"id": "POLICY_ID", "policyId": "POLICY_ID", "input": {"policyId": "POLICY_ID", "name": "x", "enabled": false,
			"productId": "PRODUCT_ID", "appId": "APP_ID", "app": "TEAMS1", "user": "ann", "quantity": 3, "direction": "UP",
			"products": [{"productId": "PRODUCT_ID"}]}}`)
	}

	for _, r := range hostileRequests() {
		if len(r.query) < 4<<10 {
			f.Add(r.query, r.variables)
		}
	}

	f.Fuzz(func(t *testing.T, query, variables string) {
		text, err := json.Marshal(query)
		require.NoError(t, err)

		if !json.Valid([]byte(variables)) {
			variables = "{}"
		}

		sendAll(t, both, `{"query": `+string(text)+`, "variables": `+variables+`}`)
	})
}

// FuzzCursor sends anything for a cursor, and for what is in one, to lists of every order.
func FuzzCursor(f *testing.F) {
	both := targets(f)
	id := licensing.NewID(time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)).String()

	for _, seed := range []string{
		"", "x", "e30", "%00", `{}`, `{"i": "` + id + `"}`, `{"k": "a", "i": "` + id + `"}`, `{"k": "a\u0000", "i": "` + id + `"}`,
		`{"k": "2026-03-10T15:30:00Z", "i": "` + id + `"}`, `{"k": "9999-12-31T23:59:59.999999999+14:00", "i": "` + id + `"}`,
		`{"k": "0000-01-01T00:00:00Z", "i": "` + id + `"}`, `{"k": "\ud800", "i": "` + id + `"}`, `null`, `[]`, `{"i": null}`,
	} {
		f.Add(seed)
	}

	const query = `query($c: String) {
		policies(after: $c) { nodes { id } } users(before: $c) { nodes { id } } products(after: $c) { nodes { id } }
		auditEvents(after: $c) { nodes { id } } subscriptions(last: 5, before: $c) { nodes { id } }
		licenses(after: $c) { nodes { id } } claimReport { claims(after: $c) { nodes { id } } missedClaims(after: $c) { nodes { id } } }
	}`

	f.Fuzz(func(t *testing.T, text string) {
		sendAll(t, both, requestBody(query, map[string]any{"c": text}))
		sendAll(t, both, requestBody(query, map[string]any{"c": base64.RawURLEncoding.EncodeToString([]byte(text))}))
	})
}

// FuzzClaim sends anything for a claim's user and app.
func FuzzClaim(f *testing.F) {
	both := targets(f)

	for _, seed := range [][2]string{
		{"ann", "TEAMS1"},
		{"", ""},
		{"ann ", "teams1"},
		{"a\x00", "TEAMS1"},
		{"a", "TEAMS1\x00"},
		{"\xff", "\xff"},
		{"é", "TEAMS1"},
		{"e\u0301", "TEAMS1"},
		{"' OR 1=1 --", "'; DROP TABLE users"},
		{"a\u2028b", "TEAMS1"},
		{"\U0010ffff", "TEAMS1"},
		{"a%b_", "MAIL"},
		{strings.Repeat("é", 255), "TEAMS1"},
		{strings.Repeat("é", 256), "TEAMS1"},
		{"ann", strings.Repeat("x", 3000)},
		{"ann", "57ff2da0-773e-42df-b2af-ffb7a2317929"},
		{"\ufeffann", "TEAMS1"},
		{"ann\x1b[31m", "TEAMS1"},
	} {
		f.Add(seed[0], seed[1])
	}

	const query = `mutation($i: ClaimLicenseInput!) { claimLicense(input: $i) {
		outcome message license { user { externalId } } userErrors { code message path } } }`

	f.Fuzz(func(t *testing.T, user, app string) {
		body := requestBody(query, map[string]any{"i": map[string]any{"user": user, "app": app}})
		first := sendAll(t, both, body)
		again := sendAll(t, both, body)
		_, other := both[1].send(t, body)

		read := func(a answer) (claim payload, given string) {
			var data struct {
				ClaimLicense *struct {
					payload

					License *struct{ User struct{ ExternalID string } }
				}
			}
			if err := json.Unmarshal(a.Data, &data); err != nil || data.ClaimLicense == nil {
				return payload{}, ""
			}

			if data.ClaimLicense.License != nil {
				given = data.ClaimLicense.License.User.ExternalID
			}

			return data.ClaimLicense.payload, given
		}

		claimed, holder := read(first)
		repeated, _ := read(again)
		elsewhere, _ := read(other)
		require.Equal(t, claimed.codes(), repeated.codes())
		require.Equal(t, repeated.codes(), elsewhere.codes())
		require.Equal(t, repeated.Outcome, elsewhere.Outcome, "both databases tell users apart alike")

		if claimed.Outcome != nil && *claimed.Outcome == licensing.OutcomeClaimed {
			require.Equal(t, string([]rune(user)), holder, "the license is the user's who was named")
			require.Equal(t, licensing.OutcomeAlreadyLicensed, *repeated.Outcome)
		}
	})
}
