package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// request is a request of a careless or hostile client, and the status and code of the response.
type request struct {
	name string
	// query and variables are sent as JSON, unless there is a body.
	query     string
	variables string
	body      string
	method    string
	// path is what follows /graphql.
	path string
	// headers are alternating names and values; an empty value removes the header.
	headers []string
	status  int
	code    string
}

const (
	validationFailed = "GRAPHQL_VALIDATION_FAILED"
	parseFailed      = "GRAPHQL_PARSE_FAILED"
	tooComplex       = "COMPLEXITY_LIMIT_EXCEEDED"
	badUserInput     = "BAD_USER_INPUT"
	unauthenticated  = "UNAUTHENTICATED"
)

func post(name, query, code string) request {
	return request{name: name, query: query, status: http.StatusOK, code: code}
}

func withVariables(name, query, variables, code string) request {
	return request{name: name, query: query, variables: variables, status: http.StatusOK, code: code}
}

func body(name, body string, status int) request {
	return request{name: name, body: body, status: status, code: badUserInput}
}

func header(name string, status int, code string, headers ...string) request {
	return request{name: name, query: `{ __typename }`, headers: headers, status: status, code: code}
}

// doubling returns a document whose fragments spread exponentially many times.
func doubling(leaf string) string {
	var text strings.Builder

	text.WriteString("{ ...f0 }")

	for i := range 40 {
		fmt.Fprintf(&text, " fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}

	return text.String() + " fragment f40 on Query { " + leaf + " }"
}

func nested(levels int, open, leaf, closed string) string {
	return strings.Repeat(open, levels) + leaf + strings.Repeat(closed, levels)
}

func times(n int, one func(i int) string) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(one(i))
	}

	return text.String()
}

// hostileRequests returns requests for an admin to send to a server with production settings.
func hostileRequests() []request {
	many := func(format string) func(int) string {
		return func(i int) string { return fmt.Sprintf(format, i) }
	}

	return []request{
		// Too large or too expensive.
		post("deep", "{ users { nodes { "+nested(8, "licenses(first: 1) { nodes { user { ", "id", "} } }")+" } } }", tooComplex),
		post("wide", `{ users(first: 100) { nodes { licenses(first: 100) { nodes { product { apps { id } } } } } } }`, tooComplex),
		withVariables("wide by a variable", `query($n: Int) { users(first: $n) { nodes { licenses(first: $n) { nodes { product { apps { id } } } } } } }`, `{"n": 100}`, tooComplex),
		post("aliased", "{ "+times(51, many("a%d: settings { autoClaimEnabled } "))+"}", tooComplex),
		post("aliased mutations", "mutation { "+times(51, many(`a%d: claimLicense(input: {app: "TEAMS1"}) { outcome } `))+"}", tooComplex),
		post("directives", "{ settings { autoClaimEnabled "+times(51, func(int) string { return "@include(if: true) " })+"} }", validationFailed),
		post("directives on many fields", "{ "+times(51, func(int) string { return "settings { autoClaimEnabled @include(if: true) } " })+"}", tooComplex),
		post("many tokens", "{ "+times(1000, func(int) string { return "__typename " })+"}", parseFailed),
		post("the same field repeated", "{ "+times(980, func(int) string { return "__typename " })+"}", tooComplex),
		post("an oversized text", "{ __typename } #"+strings.Repeat("x", 32<<10), tooComplex),
		post("a long name", "query "+strings.Repeat("x", 30_000)+" { __typename }", tooComplex),
		post("a long name of unused variables", "query "+strings.Repeat("x", 100)+"("+times(235, many("$a%d: Int "))+") { __typename }", validationFailed),
		post("many unknown fields", "{ "+times(900, many("a%d "))+"}", validationFailed),
		post("many errors of resolvers", "{ "+times(50, many(`a%d: policy(id: "garbage") { id } `))+"}", badUserInput),
		post("a long alias of a resolver's error", "{ "+strings.Repeat("a", 120)+`: policy(id: "`+strings.Repeat("x ", 10_000)+`") { id } }`, badUserInput),
		withVariables("a long text in place of a number", `query($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": "`+strings.Repeat("x ", 100_000)+`"}`, validationFailed),
		withVariables("a long enum value", `query($p: ReportPeriod!) { claimReport(period: $p) { totalClaims } }`, `{"p": "`+strings.Repeat("x", 100_000)+`"}`, validationFailed),
		withVariables("a long input field", `mutation($i: RenamePolicyInput!) { renamePolicy(input: $i) { userErrors { code } } }`, `{"i": {"`+strings.Repeat("x", 100_000)+`": 1}}`, validationFailed),
		withVariables("a long code of an app in many mutations", "mutation($a: String!) { "+times(50, many("a%d: claimLicense(input: {app: $a}) { userErrors { message } } "))+"}", `{"a": "`+strings.Repeat("x", 200_000)+`"}`, ""),
		withVariables("a variable with many values", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": [`+strings.Repeat(`{"":0},`, 100_000)+`0]}`, validationFailed),
		post("aliases in a fragment", "{ "+times(9, many("a%d: auditEvents(first: 100) { nodes { ...f } } "))+"} fragment f on AuditEvent { "+times(40, many("b%d: before "))+"}", tooComplex),
		withVariables("a long argument in many answers", "query($t: String) { claimReport { "+times(49, many("a%d: csvPath(text: $t) "))+"} }", `{"t": "`+strings.Repeat("x", 200_000)+`"}`, tooComplex),
		{
			name: "a long operationName", body: `{"query": "{ __typename }", "operationName": "` + strings.Repeat("x", 100_000) + `"}`,
			status: http.StatusOK, code: badUserInput,
		},
		body("the same parameter twice", `{"query": "{ __typename }", "query": "{ __typename }"}`, http.StatusBadRequest),
		body("a parameter in capitals", `{"QUERY": "{ __typename }"}`, http.StatusBadRequest),
		post("circular fragments", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", validationFailed),
		post("fragments doubling", doubling("settings { autoClaimEnabled }"), tooComplex),
		post("nested list in an argument", "{ nodes(ids: "+nested(300, "[", `"x"`, "]")+") { id } }", validationFailed),
		withVariables("nested list in a variable", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": `+nested(9000, "[", "", "]")+`}`, validationFailed),
		body("deeply nested JSON", `{"query": "{ __typename }", "variables": {"a": `+nested(100_000, "[", "", "]")+`}}`, http.StatusBadRequest),
		withVariables("too many ids", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": [`+strings.Repeat(`"x",`, 100)+`"x"]}`, badUserInput),
		{
			name: "oversized", body: `{"query": "` + strings.Repeat(" ", 1<<20) + `"}`,
			status: http.StatusRequestEntityTooLarge, code: badUserInput,
		},

		// Malformed requests.
		body("empty", " ", http.StatusBadRequest),
		body("not JSON", "query=1", http.StatusBadRequest),
		body("cut off", `{"query": "{ __typ`, http.StatusBadRequest),
		body("two values", `{"query": "{ __typename }"} {}`, http.StatusBadRequest),
		body("a batch", `[{"query": "{ __typename }"}, {"query": "{ __typename }"}]`, http.StatusBadRequest),
		body("null", `null`, http.StatusBadRequest),
		body("no query", `{}`, http.StatusBadRequest),
		body("query is a number", `{"query": 1}`, http.StatusBadRequest),
		body("variables are a list", `{"query": "{ __typename }", "variables": []}`, http.StatusBadRequest),
		body("operationName is an object", `{"query": "{ __typename }", "operationName": {}}`, http.StatusBadRequest),
		body("extensions are text", `{"query": "{ __typename }", "extensions": "x"}`, http.StatusBadRequest),
		body("bad UTF-8", "{\"query\": \"{ __typename }\xff\"}", http.StatusBadRequest),
		header("a form", http.StatusUnsupportedMediaType, badUserInput, "Content-Type", "application/x-www-form-urlencoded"),
		header("an upload", http.StatusUnsupportedMediaType, badUserInput, "Content-Type", "multipart/form-data; boundary=x"),
		header("plain text", http.StatusUnsupportedMediaType, badUserInput, "Content-Type", "text/plain"),
		header("no content type", http.StatusUnsupportedMediaType, badUserInput, "Content-Type", ""),
		header("UTF-16", http.StatusUnsupportedMediaType, badUserInput, "Content-Type", "application/json; charset=utf-16"),
		header("gzip", http.StatusUnsupportedMediaType, badUserInput, "Content-Encoding", "gzip"),
		header("several encodings", http.StatusUnsupportedMediaType, badUserInput, "Content-Encoding", "identity, Deflate"),
		header("an unknown encoding", http.StatusUnsupportedMediaType, badUserInput, "Content-Encoding", "x"),
		header("malformed trace headers", http.StatusOK, "", "Traceparent", "00-garbage", "Tracestate", "=,=", "Baggage", strings.Repeat(`;",`, 500)),
		header("a response in HTML", http.StatusNotAcceptable, badUserInput, "Accept", "text/html"),
		{name: "PUT", method: http.MethodPut, query: `{ __typename }`, status: http.StatusMethodNotAllowed, code: badUserInput},
		{name: "DELETE", method: http.MethodDelete, status: http.StatusMethodNotAllowed, code: badUserInput},
		{
			name: "GET mutation", method: http.MethodGet,
			path:   `?query=mutation{setAutoClaimEnabled(input:{enabled:false}){userErrors{code}}}`,
			status: http.StatusMethodNotAllowed, code: badUserInput,
		},
		{name: "GET with bad escapes", method: http.MethodGet, path: "?query=%zz", status: http.StatusBadRequest, code: badUserInput},
		{name: "GET with bad UTF-8", method: http.MethodGet, path: "?query={__typename}%ff", status: http.StatusBadRequest, code: badUserInput},
		{name: "GET with two queries", method: http.MethodGet, path: "?query={a}&query={b}", status: http.StatusBadRequest, code: badUserInput},
		{name: "GET without a query", method: http.MethodGet, status: http.StatusBadRequest, code: badUserInput},

		// Not authenticated.
		header("no token", http.StatusUnauthorized, unauthenticated, "Authorization", ""),
		header("a password", http.StatusUnauthorized, unauthenticated, "Authorization", "Basic YWRtaW46YWRtaW4="),
		header("garbage for a token", http.StatusUnauthorized, unauthenticated, "Authorization", "Bearer garbage"),
		header("an unsigned token", http.StatusUnauthorized, unauthenticated,
			"Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJhdXRvY2xhaW0tZGV2IiwiYXVkIjoiYXV0b2NsYWltLWRldiJ9."),
		header("a very long token", http.StatusUnauthorized, unauthenticated, "Authorization", "Bearer "+strings.Repeat("a", 20_000)),

		// Invalid for the schema.
		post("syntax error", `{ settings `, parseFailed),
		post("a NUL in the text", "{ set\x00tings { autoClaimEnabled } }", parseFailed),
		post("unknown field", `{ setting { autoClaimEnabled } }`, validationFailed),
		post("unknown argument", `{ users(txt: "a") { nodes { id } } }`, validationFailed),
		post("unknown type", `{ node(id: "x") { ... on Polic { id } } }`, validationFailed),
		post("unknown enum value", `{ claimReport(period: PAST_1_DAYS) { totalClaims } }`, validationFailed),
		post("unknown directive", `{ settings @admin { autoClaimEnabled } }`, validationFailed),
		post("unknown fragment", `{ ...nowhere }`, validationFailed),
		post("undefined variable", `{ policy(id: $id) { id } }`, validationFailed),
		post("fragments alone", `fragment a on Query { __typename }`, validationFailed),
		post("two anonymous operations", `{ __typename } { __typename }`, validationFailed),
		post("the same argument twice", `{ policy(id: "a", id: "b") { id } }`, validationFailed),
		{
			name: "unknown operation", body: `{"query": "query a { __typename }", "operationName": "b"}`,
			status: http.StatusOK, code: validationFailed,
		},
		post("a list in place of one value", `{ policy(id: ["a"]) { id } }`, validationFailed),
		post("null for a required value", `{ policy(id: null) { id } }`, validationFailed),
		withVariables("missing variable", `query($id: ID!) { policy(id: $id) { id } }`, `{}`, validationFailed),
		withVariables("variable of the wrong type", `query($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": "many"}`, validationFailed),
		withVariables("unknown input field", `mutation($i: RenamePolicyInput!) { renamePolicy(input: $i) { userErrors { code } } }`, `{"i": {"policyId": "a", "name": "b", "tenant": "c"}}`, validationFailed),
		post("huge int", `{ users(first: 99999999999999999999) { nodes { id } } }`, validationFailed),
		withVariables("huge int in a variable", `query($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": 99999999999999999999}`, validationFailed),
		withVariables("a float out of range", `query($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": 1e999}`, validationFailed),
		{
			name: "a subscription without a stream", query: `subscription { licensePoolChanged { total } }`,
			status: http.StatusBadRequest, code: badUserInput,
		},
		post("introspection", `{ __schema { types { name } } }`, "FORBIDDEN"),
		post("introspection of one type", `{ __type(name: "Policy") { name } }`, "FORBIDDEN"),
		{
			name: "an unknown document", body: `{"documentId": "sha256:00"}`,
			status: http.StatusOK, code: "PERSISTED_QUERY_NOT_FOUND",
		},

		// Invalid arguments.
		post("garbage for an id", `{ policy(id: "garbage") { id } }`, badUserInput),
		post("an id of another kind", `{ policy(id: "product_00000000000000000000000000") { id } }`, badUserInput),
		post("an id with SQL in it", `{ policy(id: "policy_' OR 1=1 --") { id } }`, badUserInput),
		post("garbage for a cursor", `{ users(after: "%00") { nodes { id } } }`, badUserInput),
		post("a NUL in a cursor", `{ users(after: "eyJrIjoiYVx1MDAwMCIsImkiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAifQ") { nodes { id } } }`, badUserInput),
		post("a negative page", `{ users(first: -1) { nodes { id } } }`, badUserInput),
		post("a page too large", `{ users(first: 101) { nodes { id } } }`, badUserInput),
		post("both ends of a list", `{ users(first: 1, last: 1) { nodes { id } } }`, badUserInput),
		post("a NUL in a search", `{ users(text: "\u0000") { nodes { id } } }`, badUserInput),
		post("a NUL in a filter", `{ auditEvents(actor: "\u0000", action: "\u0000") { nodes { id } } }`, badUserInput),
	}
}

// answerTo sends a request as the caller. It returns the status, the first error's code and the body.
func (c *caller) answerTo(r request) (int, string, string) {
	c.t.Helper()

	if r.method == "" {
		r.method = http.MethodPost
	}

	sent := r.body
	if sent == "" && r.query != "" {
		if r.variables == "" {
			r.variables = "{}"
		}

		text, err := json.Marshal(r.query)
		require.NoError(c.t, err)

		sent = `{"query": ` + string(text) + `, "variables": ` + r.variables + `}`
	}

	made, err := http.NewRequestWithContext(context.Background(), r.method, c.url+"/graphql"+r.path, strings.NewReader(sent))
	require.NoError(c.t, err)
	made.Header.Set("Authorization", "Bearer "+c.token)
	made.Header.Set("Content-Type", "application/json")

	for i := 0; i < len(r.headers); i += 2 {
		made.Header.Del(r.headers[i])

		if r.headers[i+1] != "" {
			made.Header.Set(r.headers[i], r.headers[i+1])
		}
	}

	response, err := http.DefaultClient.Do(made)
	require.NoError(c.t, err)

	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)

	var a answer
	require.NoError(c.t, json.Unmarshal(raw, &a), string(raw))

	return response.StatusCode, a.code(), string(raw)
}

// This test is not parallel because it measures the memory of the whole process.
func TestEachHostileRequestGetsACodeAndLeavesNoMemory(t *testing.T) {
	const rounds = 5

	for name, url := range map[string]string{"SQLite": storetest.SQLite(t), "PostgreSQL": storetest.Postgres(t, cluster)} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, url, func(c *server.APIConfig) { c.Introspection = false })
			admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
			requests := hostileRequests()

			heap := func() uint64 {
				var stats runtime.MemStats

				runtime.GC()
				runtime.ReadMemStats(&stats)

				return stats.HeapAlloc
			}

			var before uint64

			for round := range rounds {
				if round == 1 { // The caches are full now.
					before = heap()
				}

				for _, r := range requests {
					began := time.Now()
					status, code, raw := admin.answerTo(r)
					assert.Equal(t, r.code, code, "%s: %.300s", r.name, raw)
					assert.Equal(t, r.status, status, r.name)
					assert.Less(t, len(raw), 16<<10, "bytes of the response to %s", r.name)
					assert.NotRegexp(t, `(?i)did you mean|select |sqlstate|\.go:|goroutine`, raw, r.name)
					assert.Less(t, time.Since(began), 10*time.Second, r.name)
				}

				assert.True(t, get[struct{ AutoClaimEnabled bool }](admin, `{ settings { autoClaimEnabled } }`, nil).AutoClaimEnabled,
					"the server still works, and nothing was changed")
			}

			assert.Less(t, int64(heap())-int64(before), int64(16<<20), "bytes of memory that were not freed")
		})
	}
}
