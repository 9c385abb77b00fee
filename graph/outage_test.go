package graph_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	neturl "net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// download sends a request and returns its response and as much of the body as arrives.
func (c *caller) download(method, path, body, accept string) (*http.Response, []byte, error) {
	c.t.Helper()

	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)

	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)

	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)

	return response, raw, err
}

func TestDuringAnOutageOfTheDatabaseEveryTransportSaysUnavailable(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		outage := storetest.NewOutage()
		seen, unseen := a.world.NewTenant(t, "seen"), a.world.NewTenant(t, "unseen")
		a.listen(storetest.Open(t, url, store.WithPlugin(outage)))

		known := a.as(seen, "admin", auth.RoleGlobalAdmin)
		require.Empty(t, known.do(`{ settings { autoClaimEnabled } }`, nil).Errors)

		outage.BeginAfter(0)

		const query = `{ settings { autoClaimEnabled } }`

		for name, admin := range map[string]*caller{"a tenant seen before": known, "a new tenant": a.as(unseen, "admin", auth.RoleGlobalAdmin)} {
			for transport, request := range map[string][4]string{
				"POST":               {http.MethodPost, "/graphql", `{"query": "` + query + `"}`, "application/graphql-response+json"},
				"GET":                {http.MethodGet, "/graphql?query=" + neturl.QueryEscape(query), "", "application/graphql-response+json"},
				"CSV":                {http.MethodGet, server.ClaimsCSVPath, "", "*/*"},
				"server-sent events": {http.MethodPost, "/graphql", `{"query": "` + query + `"}`, "text/event-stream"},
			} {
				response, body, err := admin.download(request[0], request[1], request[2], request[3])
				require.NoError(t, err)
				assert.Contains(t, string(body), `"UNAVAILABLE"`, "%s, %s", transport, name)
				assert.NotContains(t, string(body), "INTERNAL")

				if name == "a new tenant" || transport == "CSV" {
					assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode, "%s, %s", transport, name)
					assert.Equal(t, "1", response.Header.Get("Retry-After"), "%s, %s", transport, name)
					assert.Empty(t, response.Header.Get("Content-Disposition"))
				}
			}
		}

		outage.End()
		assert.Empty(t, a.as(unseen, "admin", auth.RoleGlobalAdmin).do(query, nil).Errors)
	})
}

func TestACSVThatBreaksOffSaysSo(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		outage := storetest.NewOutage()
		tenant := a.world.NewTenant(t, "acme")
		a.listen(storetest.Open(t, url, store.WithPlugin(outage)))
		tenant.Buy(t, tenant.E3, 1000)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin := a.as(tenant, "admin", auth.RoleGlobalAdmin)
		for i := range 201 { // More than one page.
			admin.claim("user-" + strings.Repeat("x", i%7) + "-" + string(rune('a'+i%26)) + "-" + strings.Repeat("y", i/26))
		}

		response, whole, err := admin.download(http.MethodGet, server.ClaimsCSVPath, "", "*/*")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.NotContains(t, string(whole), "INCOMPLETE")

		broken := 0

		for statements := range 20 {
			outage.BeginAfter(statements)

			response, part, err := admin.download(http.MethodGet, server.ClaimsCSVPath, "", "*/*")
			outage.End()

			if response.StatusCode != http.StatusOK {
				continue
			}

			if err == nil {
				require.Equal(t, whole, part, "after enough statements it is whole")

				break
			}

			broken++

			lines := strings.Split(strings.TrimSpace(string(part)), "\n")
			assert.Contains(t, lines[len(lines)-1], `"INCOMPLETE: `)
			assert.Len(t, lines, 1+200+1)

			_, err = csv.NewReader(bytes.NewReader(part)).ReadAll()
			require.ErrorIs(t, err, csv.ErrFieldCount, "a program that reads it notices")
		}

		assert.Positive(t, broken)
	})
}
