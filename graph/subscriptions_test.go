package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// streamLimit is for a stream to say something; only a test that fails waits this long.
const streamLimit = 10 * time.Second

// events are what a subscription says; the channel closes when the stream is complete.
type events <-chan answer

func (e events) next(t *testing.T) answer {
	t.Helper()

	select {
	case event, more := <-e:
		require.True(t, more, "the stream is complete")

		return event
	case <-time.After(streamLimit):
		require.FailNow(t, "the stream says nothing")

		panic("unreachable")
	}
}

func (e events) requireEnd(t *testing.T, code string) {
	t.Helper()
	assert.Equal(t, code, e.next(t).code())

	select {
	case event, more := <-e:
		require.False(t, more, "%s", event.Data)
	case <-time.After(streamLimit):
		require.FailNow(t, "the stream does not end")
	}
}

func (e events) requireSilence(t *testing.T) {
	t.Helper()

	select {
	case event := <-e:
		require.FailNow(t, "the stream says what it must not", "%s %v", event.Data, event.Errors)
	case <-time.After(200 * time.Millisecond):
	}
}

// transports are the ways to subscribe.
var transports = map[string]func(c *caller, query string) events{
	"server-sent events": (*caller).followEvents, "WebSocket": (*caller).followSocket,
}

func (c *caller) followEvents(query string) events {
	c.t.Helper()

	body, err := json.Marshal(map[string]any{"query": query})
	require.NoError(c.t, err)

	ctx, cancel := context.WithCancel(context.Background())
	c.t.Cleanup(cancel)

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")

	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)

	said := make(chan answer, 100)

	go func() {
		defer close(said)
		defer response.Body.Close()

		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if data, found := strings.CutPrefix(lines.Text(), "data: {"); found {
				var event answer
				if json.Unmarshal([]byte("{"+data), &event) == nil {
					said <- event
				}
			}
		}
	}()

	return said
}

func (c *caller) dial(token string, headers http.Header) (*websocket.Conn, *http.Response, error) {
	connection, response, err := websocket.Dial(context.Background(), c.url+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: headers})
	if err != nil {
		return nil, response, err
	}

	c.t.Cleanup(func() { _ = connection.CloseNow() })
	require.NoError(c.t, wsjson.Write(context.Background(), connection,
		map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + token}}))

	return connection, response, nil
}

func (c *caller) followSocket(query string) events {
	c.t.Helper()

	connection, _, err := c.dial(c.token, nil)
	require.NoError(c.t, err)

	said := make(chan answer, 100)
	acknowledged := make(chan struct{})

	go func() {
		defer close(said)

		for {
			var message struct {
				Type    string
				Payload json.RawMessage
			}
			if wsjson.Read(context.Background(), connection, &message) != nil {
				return
			}

			switch message.Type {
			case "connection_ack":
				close(acknowledged)
			case "next":
				var event answer
				if json.Unmarshal(message.Payload, &event) == nil {
					said <- event
				}
			case "error":
				var event answer
				if json.Unmarshal(message.Payload, &event.Errors) == nil {
					said <- event
				}
			case "complete":
				return
			}
		}
	}()

	<-acknowledged
	require.NoError(c.t, wsjson.Write(context.Background(), connection,
		map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{"query": query}}))

	return said
}

// subscribed waits until the tenant has as many streams as it should: a subscription has no beginning that
// its client could see.
func (a *api) subscribed(provoke func(), streams ...events) {
	a.t.Helper()

	for _, stream := range streams {
		require.Eventually(a.t, func() bool {
			provoke()

			select {
			case <-stream:
				return true
			case <-time.After(50 * time.Millisecond):
				return false
			}
		}, streamLimit, time.Millisecond)
	}

	time.Sleep(100 * time.Millisecond) // What was provoked too often arrives, and is not meant.

	for _, stream := range streams {
		for len(stream) > 0 {
			<-stream
		}
	}
}

func eachTransport(t *testing.T, test func(t *testing.T, a *api, follow func(c *caller, query string) events)) {
	t.Helper()
	each(t, func(t *testing.T, a *api) {
		for name, follow := range transports {
			t.Run(name, func(t *testing.T) {
				inner := *a
				inner.t = t
				test(t, &inner, follow)
			})
		}
	})
}

func TestClaimsAndPoolsAreToldAsTheyChange(t *testing.T) {
	eachTransport(t, func(t *testing.T, a *api, follow func(c *caller, query string) events) {
		tenant, stranger := a.world.NewTenant(t, "acme "+t.Name()), a.world.NewTenant(t, "other "+t.Name())
		tenant.Buy(t, tenant.E3, 100)
		stranger.Buy(t, tenant.E3, 100)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		stranger.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin, other := a.as(tenant, "ada", auth.RoleGlobalAdmin), a.as(stranger, "eve", auth.RoleGlobalAdmin)
		policyID := get[struct{ Nodes []struct{ ID string } }](admin, `{ policies { nodes { id } } }`, nil).Nodes[0].ID

		claims := follow(a.as(tenant, "rita", auth.RoleReportsReader), fmt.Sprintf(
			`subscription { licenseClaimed(policyId: %q) { user { externalId } product { code } policy { name } } }`, policyID))
		pools := follow(admin, `subscription { licensePoolChanged { assigned available product { code } } }`)
		strangers := follow(other, `subscription { licensePoolChanged { assigned } }`)
		provoked := 0
		a.subscribed(func() {
			provoked++
			admin.claim(fmt.Sprint("early-", provoked))
			other.claim(fmt.Sprint("early-", provoked))
		}, claims, pools, strangers)

		for i := range 2 {
			user := fmt.Sprint("user-", i)
			require.Equal(t, "CLAIMED", string(*admin.claim(user).Outcome))
			assert.JSONEq(t, `{"licenseClaimed": {"user": {"externalId": "`+user+`"}, "product": {"code": "E3"}, "policy": {"name": "`+policy.Name+`"}}}`,
				string(claims.next(t).Data))
			assert.JSONEq(t, fmt.Sprintf(`{"licensePoolChanged": {"assigned": %d, "available": %d, "product": {"code": "E3"}}}`,
				provoked+i+1, 100-provoked-i-1), string(pools.next(t).Data))
		}

		tenant.Buy(t, tenant.E1, 5)
		assert.Contains(t, string(pools.next(t).Data), `"available":5`)
		claims.requireSilence(t)
		strangers.requireSilence(t)
	})
}

func TestAClaimIsToldByEveryServerOfADatabase(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)
	here := serve(t, url)
	tenant := here.world.NewTenant(t, "acme")
	tenant.Buy(t, tenant.E3, 100)
	tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

	there := here.again(url)
	stream := there.as(tenant, "ada", auth.RoleGlobalAdmin).followEvents(`subscription { licenseClaimed { user { externalId } } }`)
	admin := here.as(tenant, "ada", auth.RoleGlobalAdmin)

	provoked := 0
	here.subscribed(func() {
		provoked++
		admin.claim(fmt.Sprint("early-", provoked))
	}, stream)

	began := time.Now()

	admin.claim("bob")
	assert.JSONEq(t, `{"licenseClaimed": {"user": {"externalId": "bob"}}}`, string(stream.next(t).Data))
	assert.Less(t, time.Since(began), time.Second)
}

func TestAStreamEndsWhenItsTokenExpires(t *testing.T) {
	eachTransport(t, func(t *testing.T, a *api, follow func(c *caller, query string) events) {
		tenant := a.world.NewTenant(t, "acme "+t.Name())
		token, err := a.issuer.Sign(auth.Identity{
			TenantExternalID: tenant.ExternalID, UserExternalID: "ada", Roles: auth.NewRoles(auth.RoleGlobalAdmin),
		}, time.Second)
		require.NoError(t, err)

		stream := follow(&caller{api: a, t: t, token: token}, `subscription { licensePoolChanged { total } }`)
		stream.requireEnd(t, "UNAUTHENTICATED")
	})
}

func TestAStreamIsAuthorizedAndCheckedLikeAQuery(t *testing.T) {
	eachTransport(t, func(t *testing.T, a *api, follow func(c *caller, query string) events) {
		tenant := a.world.NewTenant(t, "acme "+t.Name())
		user := a.as(tenant, "uma")
		follow(a.as(tenant, "ada", auth.RoleGlobalAdmin), `subscription { licenseClaimed(policyId: "product_x") { id } }`).
			requireEnd(t, "BAD_USER_INPUT")

		connection, _, err := user.dial(user.token, nil)
		require.NoError(t, err)

		var acknowledged any
		require.NoError(t, wsjson.Read(context.Background(), connection, &acknowledged))

		for query, code := range map[string]string{
			`subscription { licensePoolChanged { total } }`:                          "FORBIDDEN",
			`subscription { licensePool { total } }`:                                 validationFailed,
			`mutation { claimLicense(input: {app: "TEAMS1"}) { outcome } }`:          badUserInput,
			`subscription { a: licensePoolChanged { total } licenseClaimed { id } }`: validationFailed,
		} {
			require.NoError(t, wsjson.Write(context.Background(), connection,
				map[string]any{"id": query, "type": "subscribe", "payload": map[string]any{"query": query}}))

			var message struct {
				Type    string
				Payload json.RawMessage
			}
			for message.Type != "complete" {
				require.NoError(t, wsjson.Read(context.Background(), connection, &message))

				if message.Type != "complete" {
					assert.Contains(t, string(message.Payload), code, query)
				}
			}
		}
	})
}

func TestAQueryMayBeAnsweredAsAnEvent(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	said := admin.followEvents(`{ settings { autoClaimEnabled } }`)

	assert.JSONEq(t, `{"settings": {"autoClaimEnabled": true}}`, string(said.next(t).Data))

	_, more := <-said
	assert.False(t, more)
}

func TestAWebSocketNeedsATokenAProtocolAndAnAllowedPage(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.AllowedOrigins = []string{"https://admin.example.com"} })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	closeCode := func(token string) websocket.StatusCode {
		connection, _, err := admin.dial(token, nil)
		require.NoError(t, err)

		for err == nil {
			_, _, err = connection.Read(context.Background())
		}

		return websocket.CloseStatus(err)
	}
	assert.Equal(t, websocket.StatusCode(4401), closeCode(""))
	assert.Equal(t, websocket.StatusCode(4401), closeCode("garbage"))

	_, response, err := admin.dial(admin.token, http.Header{"Origin": {"https://evil.example.com"}})
	require.Error(t, err)
	assert.Equal(t, http.StatusForbidden, response.StatusCode)

	_, _, err = admin.dial(admin.token, http.Header{"Origin": {"https://admin.example.com"}})
	require.NoError(t, err)

	for _, headers := range [][]string{
		{"Upgrade", "h2c", "Connection", "Upgrade"},
		{"Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEA=="},
	} {
		status, code, raw := admin.answerTo(request{method: http.MethodGet, headers: headers})
		assert.Equal(t, http.StatusBadRequest, status, raw)
		assert.Equal(t, badUserInput, code)
	}
}

func TestAPrincipalHasSoManyStreamsAndAllEndWithTheServer(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.Limits.Streams = 2 })
	tenant := a.world.NewTenant(t, "acme")
	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
	first := admin.followEvents(`subscription { licensePoolChanged { total } }`)
	second := admin.followSocket(`subscription { licensePoolChanged { total } }`)
	a.subscribed(func() { tenant.Buy(t, tenant.E3, 1) }, first, second)

	admin.followEvents(`subscription { licensePoolChanged { total } }`).requireEnd(t, "RATE_LIMITED")
	third := a.as(tenant, "bob", auth.RoleGlobalAdmin).followEvents(`subscription { licensePoolChanged { total } }`)
	a.subscribed(func() { tenant.Buy(t, tenant.E3, 1) }, third)

	a.handlers.EndStreams()

	for _, stream := range []events{first, second, third} {
		last := stream.next(t)
		for last.code() == "" {
			last = stream.next(t)
		}

		assert.Equal(t, "UNAVAILABLE", last.code())
	}
}
