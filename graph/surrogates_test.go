package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestTextThatIsNotUnicodeIsRefusedAndNeverReplaced(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const claim = `mutation($u: String!) { claimLicense(input: {app: "TEAMS1", user: $u}) { outcome } }`

		admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
		inVariables := func(name, value string) request {
			return request{
				name: name, body: `{"query": "` + `query($t: String) { users(text: $t) { nodes { id } } }` + `", "variables": {"t": "` + value + `"}}`,
				status: http.StatusBadRequest, code: badUserInput,
			}
		}

		admin.check(
			inVariables("half of a pair", `\ud800`),
			inVariables("the second half", `\udfff`),
			inVariables("a reversed pair", `\ude00\ud83d`),
			inVariables("half of a pair as bytes", "\xed\xa0\x80"),
			inVariables("an overlong encoding", "\xc0\xaf"),
			inVariables("a byte alone", "\xff"),
			inVariables("a character beyond Unicode", "\xf4\x90\x80\x80"),
			body("in a name", `{"query": "{ __typename }", "variables": {"\ud800": 1}}`, http.StatusBadRequest),
			body("in the text", `{"query": "{ __typename } # \ud800"}`, http.StatusBadRequest),
			post("in a string of the text", `{ users(text: "\ud800") { nodes { id } } }`, parseFailed),
			post("in a braced escape", `{ users(text: "\u{D800}") { nodes { id } } }`, parseFailed),
			request{name: "in the URL", method: http.MethodGet, path: `?query={__typename}&variables={"a":"%5Cud800"}`, status: http.StatusBadRequest, code: badUserInput},
			request{name: "as bytes in the URL", method: http.MethodGet, path: `?query={__typename}%ed%a0%80`, status: http.StatusBadRequest, code: badUserInput},
			request{name: "overlong in the URL", method: http.MethodGet, path: `?query={__typename}%c0%af`, status: http.StatusBadRequest, code: badUserInput},
			withVariables("a NUL in a variable", claim, `{"u": "a\u0000"}`, badUserInput),
			withVariables("a NUL in a name", claim, `{"u": "a", "a\u0000": "b"}`, ""),
			withVariables("a pair", `query($t: String) { users(text: $t) { nodes { id } } }`, `{"t": "\ud83d\ude00"}`, ""),
			post("a pair in a string", `{ users(text: "\ud83d\ude00") { nodes { id } } }`, ""),
			post("a block string has no escapes", `{ users(text: """\ud800""") { nodes { id } } }`, ""),
		)

		_, _, raw := admin.answerTo(request{body: `{"query": "{ __typename }", "variables": {"input": {"ids": ["", "\uD83D"]}}}`})
		assert.Contains(t, raw, `variables.input.ids.1: \\uD83D is half of a surrogate pair`)
	})
}

func TestTextThatIsNotUnicodeOverAWebSocketIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
		socket := admin.openSocket()

		// An operation gets its error, and others go on.
		socket.send(`{"type": "subscribe", "id": "a", "payload": {"query": "subscription { licensePoolChanged { total } }", "variables": {"a": "\ud800"}}}`)

		message := socket.receive()
		assert.Equal(t, "error", message.Type)
		assert.Equal(t, "a", message.ID)
		assert.Equal(t, badUserInput, message.code())
		assert.Contains(t, string(message.Payload), `payload.variables.a: \\ud800`)

		socket.send(`{"type": "ping"}`)
		assert.Equal(t, "pong", socket.receive().Type)

		socket.send(`{"type": "complete", "id": "\ud800"}`)
		assert.EqualValues(t, 4400, socket.closed().Code)

		socket = a.open(t)
		socket.send(`{"type": "connection_init", "payload": {"Authorization": "Bearer \ud800"}}`)
		assert.EqualValues(t, 4400, socket.closed().Code)
	})
}

func TestATokenIsTakenFromAnySpellingOfAuthorization(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	for _, payload := range []string{
		`{"Authorization": "Bearer TOKEN"}`, `{"authorization": "Bearer TOKEN"}`, `{"AUTHORIZATION": "bearer TOKEN"}`,
		`{"headers": {"Authorization": "Bearer TOKEN"}}`, `{"headers": {"authorization": "Bearer TOKEN"}, "other": {"a": 1}}`,
	} {
		socket := a.open(t)
		socket.send(`{"type": "connection_init", "payload": ` + strings.ReplaceAll(payload, "TOKEN", admin.token) + `}`)
		assert.Equal(t, "connection_ack", socket.receive().Type, payload)
	}

	for payload, code := range map[string]int{
		`{"token": "TOKEN"}`: 4401, `{"Authorization": ["Bearer TOKEN"]}`: 4400, `{"headers": "Bearer TOKEN"}`: 4401,
		`{"headers": {"headers": {"Authorization": "Bearer TOKEN"}}}`: 4401, `{"Authorization": "TOKEN"}`: 4401,
	} {
		socket := a.open(t)
		socket.send(`{"type": "connection_init", "payload": ` + strings.ReplaceAll(payload, "TOKEN", admin.token) + `}`)
		assert.EqualValues(t, code, socket.closed().Code, payload)
	}
}
