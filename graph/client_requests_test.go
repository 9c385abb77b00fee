package graph_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestRequestsAreReadAsClientLibrariesSendThem(t *testing.T) {
	t.Parallel()

	ok := func(name, body string, headers ...string) request {
		return request{name: name, body: body, headers: headers, status: http.StatusOK}
	}

	const named = `"query": "query A { viewer { externalId } }"`

	a := serve(t, storetest.SQLite(t))
	a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin).check(
		ok("nulls", `{`+named+`, "operationName": null, "variables": null, "extensions": null}`),
		ok("empty values", `{`+named+`, "operationName": "", "variables": {}, "extensions": {}}`),
		ok("the name of a client library", `{`+named+`, "extensions": {"clientLibrary": {"name": "@apollo/client", "version": "4"}}}`),
		ok("an id and a key of its own", `{`+named+`, "id": 1, "key": "x", "doc_id": null}`),
		ok("headers of Apollo", `{`+named+`}`, "Apollographql-Client-Name", "web", "Apollo-Require-Preflight", "true", "X-Apollo-Operation-Name", "A"),
		ok("incremental delivery", `{`+named+`}`, "Accept", "multipart/mixed;deferSpec=20220824, application/json"),
		ok("incremental delivery with statuses", `{`+named+`}`, "Accept", "multipart/mixed;incrementalSpec=v0.2, application/graphql-response+json, application/json;q=0.9"),
		ok("all that urql accepts", `{`+named+`}`,
			"Accept", "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"),
		request{
			name: "nothing but incremental delivery", body: `{` + named + `}`, headers: []string{"Accept", "multipart/mixed"},
			status: http.StatusNotAcceptable, code: badUserInput,
		},
		request{
			name: "a subscription over multipart", body: `{"query": "subscription { licensePoolChanged { total } }"}`,
			headers: []string{"Accept", `multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json`},
			status:  http.StatusBadRequest, code: badUserInput,
		},
	)
}

func TestASubscriptionIsStreamedToAClientThatPrefersJSON(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	sent, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/graphql",
		strings.NewReader(`{"query": "subscription { licensePoolChanged { total } }"}`))
	require.NoError(t, err)
	sent.Header.Set("Authorization", "Bearer "+admin.token)
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Accept", "application/json, text/event-stream;q=0.5")

	response, err := http.DefaultClient.Do(sent)
	require.NoError(t, err)

	defer response.Body.Close()

	assert.Equal(t, "text/event-stream; charset=utf-8", response.Header.Get("Content-Type"))

	line, err := bufio.NewReader(response.Body).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, ":\n", line)
}

func TestErrorsOutsideOfOperationsHaveTheMediaTypeThatTheClientReads(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))

	for accept, media := range map[string]string{
		"":                                    "application/json; charset=utf-8",
		"application/json":                    "application/json; charset=utf-8",
		"text/event-stream":                   "application/json; charset=utf-8",
		strictResponse + ", application/json": strictResponse + "; charset=utf-8",
		"application/json;q=0.9," + strictResponse: strictResponse + "; charset=utf-8",
	} {
		sent, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
		require.NoError(t, err)
		sent.Header.Set("Content-Type", "application/json")
		sent.Header.Set("Accept", accept)

		response, err := http.DefaultClient.Do(sent)
		require.NoError(t, err)
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
		assert.Equal(t, media, response.Header.Get("Content-Type"), accept)

		raw, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Contains(t, string(raw), unauthenticated)
	}
}
