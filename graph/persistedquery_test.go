package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const (
	notFound       = "PERSISTED_QUERY_NOT_FOUND"
	notFoundAnswer = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	strictResponse = "application/graphql-response+json"
)

func persistedExtension(hash string) string {
	return `{"persistedQuery": {"version": 1, "sha256Hash": "` + hash + `"}}`
}

// byHash is a request with the hash of an operation, and with its text unless that is empty.
func byHash(name, hash, text string, status int, code string, headers ...string) request {
	body := fmt.Sprintf(`{"query": %q, "extensions": %s}`, text, persistedExtension(hash))
	if text == "" {
		body = `{"extensions": ` + persistedExtension(hash) + `}`
	}

	return request{name: name, body: body, status: status, code: code, headers: headers}
}

// check sends requests one after the other.
func (c *caller) check(requests ...request) {
	c.t.Helper()

	for _, r := range requests {
		status, code, raw := c.answerTo(r)
		assert.Equal(c.t, r.code, code, "%s: %s", r.name, raw)
		assert.Equal(c.t, r.status, status, r.name)
	}
}

func TestAClientSendsTheHashOfAnOperationAfterTheServerHasSeenItsText(t *testing.T) {
	t.Parallel()

	const (
		text    = `query Settings { settings { autoClaimEnabled } }`
		invalid = `query Settings { setting { autoClaimEnabled } }`
		change  = `mutation { setAutoClaimEnabled(input: {enabled: false}) { settings { autoClaimEnabled } } }`
	)

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	hash, accept := sha256Hex(text), []string{"Accept", strictResponse}
	get := func(name, query string, status int, code string) request {
		return request{name: name, method: http.MethodGet, path: "?" + query, status: status, code: code}
	}
	byURL := "extensions=" + url.QueryEscape(persistedExtension(hash))
	changeByURL := "extensions=" + url.QueryEscape(persistedExtension(sha256Hex(change)))

	_, _, raw := admin.answerTo(byHash("", hash, "", 0, ""))
	assert.Equal(t, notFoundAnswer, raw)

	admin.check(
		byHash("unknown", hash, "", http.StatusOK, notFound),
		byHash("unknown, with statuses", hash, "", http.StatusOK, notFound, accept...),
		byHash("unknown, as a stream", hash, "", http.StatusOK, notFound, "Accept", "text/event-stream"),
		get("unknown, by GET", byURL, http.StatusOK, notFound),
		byHash("another text", hash, text+" ", http.StatusOK, badUserInput),
		byHash("another text, with statuses", hash, text+" ", http.StatusBadRequest, badUserInput, accept...),
		byHash("another text was not stored", hash, "", http.StatusOK, notFound),
		byHash("an invalid text", sha256Hex(invalid), invalid, http.StatusOK, validationFailed),
		byHash("an invalid text was not stored", sha256Hex(invalid), "", http.StatusOK, notFound),
		byHash("a text that is too long", hash, text+" #"+strings.Repeat("x", 32<<10), http.StatusOK, tooComplex),
		request{name: "the text without its hash", query: text, status: http.StatusOK},
		byHash("the text without its hash was not stored", hash, "", http.StatusOK, notFound),

		byHash("the text", hash, text, http.StatusOK, ""),
		byHash("the hash", hash, "", http.StatusOK, ""),
		byHash("the hash, with statuses", hash, "", http.StatusOK, "", accept...),
		get("the hash by GET", byURL, http.StatusOK, ""),
		get("the text by GET", byURL+"&query="+url.QueryEscape(text), http.StatusOK, ""),
		request{
			name: "another operation of the text", body: `{"operationName": "Other", "extensions": ` + persistedExtension(hash) + `}`,
			status: http.StatusOK, code: validationFailed,
		},
		byHash("a mutation", sha256Hex(change), change, http.StatusOK, ""),
		byHash("the hash of a mutation", sha256Hex(change), "", http.StatusOK, ""),
		get("the hash of a mutation by GET", changeByURL, http.StatusMethodNotAllowed, badUserInput),
	)

	_, _, raw = admin.answerTo(byHash("", hash, text+" ", 0, ""))
	assert.Contains(t, raw, `"provided sha does not match query"`)

	other := a.world.NewTenant(t, "other")
	a.as(other, "rita", auth.RoleGlobalReader).check(
		byHash("a reader of another tenant", hash, "", http.StatusOK, ""),
		byHash("who may not change anything", sha256Hex(change), "", http.StatusOK, "FORBIDDEN"),
	)
	a.as(other, "uma").check(byHash("a user", hash, "", http.StatusOK, "FORBIDDEN"))
}

func TestATrustedDocumentRunsByItsHashAndNoOther(t *testing.T) {
	t.Parallel()

	const text, other = `query Settings { settings { autoClaimEnabled } }`, `{ __typename }`

	documents, err := readDocuments(`{"sha256:` + sha256Hex(text) + `": "` + text + `"}`)
	assert.NoError(t, err)

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.Documents = documents })
	a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin).check(
		byHash("its hash", sha256Hex(text), "", http.StatusOK, ""),
		byHash("its text and hash", sha256Hex(text), text, http.StatusOK, ""),
		byHash("its hash with another text", sha256Hex(text), other, http.StatusOK, badUserInput),
		byHash("another hash", sha256Hex(other), "", http.StatusOK, notFound),
		byHash("another text and hash", sha256Hex(other), other, http.StatusOK, notFound),
		byHash("another text and hash, with statuses", sha256Hex(other), other, http.StatusBadRequest, notFound, "Accept", strictResponse),
		byHash("another hash again", sha256Hex(other), "", http.StatusOK, notFound),
	)
}

func TestASubscriptionIsNamedByItsHash(t *testing.T) {
	t.Parallel()

	const text = `subscription { licensePoolChanged { total } }`

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	socket := admin.openSocket()
	subscribe := func(id, hash, query string) {
		body := byHash("", hash, query, 0, "").body
		socket.send(fmt.Sprintf(`{"type": "subscribe", "id": %q, "payload": %s}`, id, body))
	}

	for id, hash := range map[string]string{"unknown": sha256Hex(text), "mismatch": sha256Hex("x")} {
		subscribe(id, hash, map[string]string{"unknown": "", "mismatch": text}[id])

		message := socket.receive()
		assert.Equal(t, "error", message.Type)
		assert.Equal(t, id, message.ID)
		assert.Equal(t, map[string]string{"unknown": notFound, "mismatch": badUserInput}[id], message.code())
	}

	// A stream that runs is no error. An id that is in use closes the WebSocket.
	subscribe("text", sha256Hex(text), text)
	subscribe("hash", sha256Hex(text), "")
	subscribe("hash", sha256Hex(text), "")
	assert.EqualValues(t, 4409, socket.closed().Code)
}
