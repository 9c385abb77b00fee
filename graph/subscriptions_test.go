package graph_test

import (
	"context"
	"fmt"
	"net/http"
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

func TestSubscriptionsReceiveClaimsAndPoolsOfTheirTenant(t *testing.T) {
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

		// The events of all earlier claims come before that of the last one, if its id sorts after theirs: claims that
		// are announced together come in the order of their ids. Events of pools may repeat.
		a.world.Clock.Advance(time.Millisecond)

		provoked++

		admin.claim("last")
		other.claim("last")
		claims.skipTo(t, `"externalId":"last"`)
		strangers.skipTo(t, fmt.Sprintf(`"assigned":%d}`, provoked))
		strangers.skipRest()

		for i := range 2 {
			user := fmt.Sprint("user-", i)
			require.Equal(t, "CLAIMED", string(*admin.claim(user).Outcome))
			assert.JSONEq(t, `{"licenseClaimed": {"user": {"externalId": "`+user+`"}, "product": {"code": "E3"}, "policy": {"name": "`+policy.Name+`"}}}`,
				string(claims.next(t).Data))
			pools.skipTo(t, fmt.Sprintf(`{"licensePoolChanged":{"assigned":%d,"available":%d,"product":{"code":"E3"}}}`,
				provoked+i+1, 100-provoked-i-1))
		}

		tenant.Buy(t, tenant.E1, 5)
		pools.skipTo(t, `"available":5,`)
		claims.requireSilence(t)
		strangers.requireSilence(t)
	})
}

func TestSubscriptionsReceiveClaimsMadeOnOtherServers(t *testing.T) {
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
	stream.skipTo(t, `{"licenseClaimed":{"user":{"externalId":"bob"}}}`)
	assert.Less(t, time.Since(began), streamLimit/2)
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
				ID, Type string
				Payload  []struct{ Extensions struct{ Code string } }
			}
			require.NoError(t, wsjson.Read(context.Background(), connection, &message))
			assert.Equal(t, query, message.ID)
			assert.Equal(t, "error", message.Type, query)
			require.NotEmpty(t, message.Payload, query)
			assert.Equal(t, code, message.Payload[0].Extensions.Code, query)
		}
	})
}

func TestAQueryCanBeAnsweredAsServerSentEvents(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	said := admin.followEvents(`{ settings { autoClaimEnabled } }`)

	assert.JSONEq(t, `{"settings": {"autoClaimEnabled": true}}`, string(said.next(t).Data))

	_, more := <-said
	assert.False(t, more)
}

func TestAWebSocketNeedsATokenAProtocolAndAnAllowedOrigin(t *testing.T) {
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

	for _, header := range []http.Header{
		{"Origin": {"https://admin.example.com"}},
		{"Origin": {"https://licenses.example.com"}, "Host": {"licenses.example.com"}},
		{"Origin": {"https://licenses.example.com"}, "Host": {"Licenses.Example.com:443"}},
		{"Origin": {"http://licenses.example.com"}, "Host": {"licenses.example.com:80"}},
		{"Origin": {"https://[2001:db8::1]:8443"}, "Host": {"[2001:db8::1]:8443"}},
	} {
		_, _, err = admin.dial(admin.token, header)
		require.NoError(t, err, header)
	}

	for _, header := range []http.Header{
		{"Origin": {"https://licenses.example.com"}, "Host": {"licenses.example.com:80"}},
		{"Origin": {"https://licenses.example.com:444"}, "Host": {"licenses.example.com"}},
		{"Origin": {"null"}},
		{"Origin": {"https://"}},
		{"Origin": {"garbage%"}},
		{"Origin": {"https://evil.example.com"}, "X-Forwarded-Host": {"evil.example.com"}, "Forwarded": {"host=evil.example.com"}},
	} {
		_, _, err = admin.dial(admin.token, header)
		require.Error(t, err, header)
	}

	for _, headers := range [][]string{
		{"Upgrade", "h2c", "Connection", "Upgrade"},
		{"Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEA=="},
	} {
		status, code, raw := admin.answerTo(request{method: http.MethodGet, headers: headers})
		assert.Equal(t, http.StatusBadRequest, status, raw)
		assert.Equal(t, badUserInput, code)
	}
}

func TestStreamsOfAPrincipalAreLimitedAndEndAtShutdown(t *testing.T) {
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
