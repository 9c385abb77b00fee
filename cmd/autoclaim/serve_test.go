package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/demo"
	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

type nodes struct{ Nodes []struct{ ID, Code string } }

func (n nodes) id(t *testing.T, code string) string {
	t.Helper()

	for _, node := range n.Nodes {
		if node.Code == code {
			return node.ID
		}
	}

	require.Fail(t, "not in the catalog", code)

	return ""
}

// setUp turns auto-claim on and creates a policy whose primary product and two backups have 100 licenses available.
func setUp(t *testing.T, p *process) {
	t.Helper()

	var catalog struct{ Apps, Products nodes }

	p.must("demo-admin", `{ apps(claimable: true) { nodes { id code } } products { nodes { id code } } }`, &catalog)

	var ignored any

	p.must("demo-admin", `mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } } }`, &ignored)

	products := ""

	for _, bought := range []struct {
		code string
		more int
	}{{"SPE_E3", 55}, {"ENTERPRISEPACK", 27}, {"O365_BUSINESS_ESSENTIALS", 8}} {
		id := catalog.Products.id(t, bought.code)
		products += fmt.Sprintf("{productId: %q} ", id)

		p.must("demo-admin", fmt.Sprintf(
			`mutation { createSubscription(input: {productId: %q, quantity: %d}) { userErrors { message } } }`, id, bought.more), &ignored)
	}

	var created struct {
		CreatePolicy struct {
			Policy     *struct{ AvailableLicenses int }
			UserErrors []struct{ Message string }
		}
	}

	p.must("demo-admin", fmt.Sprintf(`mutation { createPolicy(input: {name: "Teams", appId: %q, products: [%s]}) {
		policy { availableLicenses } userErrors { message } } }`, catalog.Apps.id(t, "TEAMS1"), products), &created)
	require.Empty(t, created.CreatePolicy.UserErrors)
	require.Equal(t, 100, created.CreatePolicy.Policy.AvailableLicenses)
}

type claimAnswer struct {
	ClaimLicense struct {
		Outcome licensing.Outcome
		License *struct{ User struct{ ExternalID string } }
	}
}

func claimQuery(user string) string {
	return fmt.Sprintf(`mutation { claimLicense(input: {app: "TEAMS1", user: %q}) {
		outcome license { user { externalId } } } }`, user)
}

func TestTwoHundredCallersOfTwoServersGetAHundredLicenses(t *testing.T) {
	t.Parallel()

	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		requireAHundredLicenses(t, storetest.Postgres(t, cluster))
	})
	t.Run("PgBouncer", func(t *testing.T) {
		t.Parallel()
		requireAHundredLicenses(t, storetest.Pooled(t, cluster))
	})
}

func requireAHundredLicenses(t *testing.T, url string) {
	t.Helper()

	dir := t.TempDir() // The processes share its signing key, so they accept the same tokens.
	servers := []*process{start(t, dir, url), start(t, dir, url)}
	setUp(t, servers[0])

	streamed := countStreamedClaims(t, servers[1], 100)

	var (
		callers  sync.WaitGroup
		mu       sync.Mutex
		outcomes = make(map[licensing.Outcome]int)
		holders  = make(map[string]int)
	)

	for i := range 200 {
		callers.Go(func() {
			var answer claimAnswer
			if !assert.NoError(t, servers[i%2].query(t.Context(), "demo-sign-in", claimQuery(fmt.Sprintf("user-%d", i)), &answer)) {
				return
			}

			mu.Lock()
			defer mu.Unlock()

			outcomes[answer.ClaimLicense.Outcome]++
			if answer.ClaimLicense.License != nil {
				holders[answer.ClaimLicense.License.User.ExternalID]++
			}
		})
	}

	callers.Wait()

	assert.Equal(t, map[licensing.Outcome]int{
		licensing.OutcomeClaimed: 100, licensing.OutcomeOutOfLicenses: 100,
	}, outcomes)
	assert.Len(t, holders, 100, "no user has two licenses")
	assert.Equal(t, 100, <-streamed, "one server streams the claims of both")
	assert.Contains(t, succeed(t, "check", "--database-url="+url), "All rules hold")
}

func TestASignInServiceClaimsWithATokenOfTheProvider(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		provider := oidctest.New(t)
		provider.Claims = map[string]any{"org": map[string]any{"id": "acme-external"}, "groups": []string{"logins"}}

		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		ctx, stop := context.WithCancel(t.Context())
		log, ended := new(output), make(chan int, 1)

		go func() {
			ended <- run(ctx, []string{
				"serve", "--database-url=" + url, "--listen=127.0.0.1:0", "--request-timeout=1m", "--issuer=" + provider.URL,
				"--audience=" + oidctest.ClientID, "--tenant-claim=org.id", "--roles-claim=groups",
				"--role-map=logins=SIGN_IN_SERVICE",
			}, io.Discard, log)
		}()

		server := &process{t: t, url: requireServing(t, log), tokens: map[string]string{
			"service": provider.ClientToken(t), "invalid": "nonsense",
		}}

		var answer claimAnswer

		server.must("service", claimQuery("ann"), &answer)
		assert.Equal(t, licensing.OutcomeClaimed, answer.ClaimLicense.Outcome)

		var ignored any

		require.ErrorContains(t, server.query(t.Context(), "invalid", claimQuery("ann"), &ignored), "malformed")
		require.ErrorContains(t, server.query(t.Context(), "service", `{ policies { totalCount } }`, &ignored), "roles")
		require.ErrorContains(t, server.query(t.Context(), "service", `{ __schema { description } }`, &ignored), "Introspection is off")

		for _, path := range []string{
			"/", playground.Path, playground.Path + "callers.json", console.Path, console.Path + "config.json",
			devprovider.Path + "login", devprovider.Path + ".well-known/openid-configuration",
		} {
			response, err := http.Get(server.url + path)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, http.StatusNotFound, response.StatusCode, "%s needs a flag", path)
		}

		stop()
		assert.Zero(t, <-ended)
	})
}

func TestRunningClaimsFinishAtShutdown(t *testing.T) {
	t.Parallel()

	for name, url := range map[string]string{"SQLite": storetest.SQLite(t), "PostgreSQL": storetest.Postgres(t, cluster)} {
		server := start(t, t.TempDir(), url)
		setUp(t, server)

		var (
			callers sync.WaitGroup
			mu      sync.Mutex
			claimed []string
		)

		for i := range 90 {
			callers.Go(func() {
				user := fmt.Sprintf("user-%d", i)

				var answer claimAnswer
				// Requests after the shutdown get no response, which is fine.
				if server.query(context.Background(), "demo-sign-in", claimQuery(user), &answer) == nil {
					mu.Lock()
					defer mu.Unlock()

					claimed = append(claimed, user)
				}

				if i == 20 {
					assert.NoError(t, server.cmd.Process.Signal(syscall.SIGTERM))
				}
			})
		}

		callers.Wait()
		require.NoError(t, server.cmd.Wait(), "%s: exit status 0", name)

		db := storetest.Open(t, url)
		tenant, err := db.TenantByExternalID(t.Context(), demo.TenantExternalID)
		require.NoError(t, err)

		for _, user := range claimed {
			known, err := db.For(tenant.ID).UserByExternalID(t.Context(), user)
			require.NoError(t, err, "%s: %s got a license in the response", name, user)

			held, err := db.For(tenant.ID).ActiveLicenses(t.Context(), []licensing.ID{known.ID})
			require.NoError(t, err)
			require.Len(t, held[known.ID], 1, "%s: %s", name, user)
		}

		succeed(t, "check", "--database-url="+url)
	}
}

// countStreamedClaims subscribes to the server's claims. The channel gets their number once it has reached enough, or
// after a timeout.
func countStreamedClaims(t *testing.T, p *process, enough int) <-chan int {
	t.Helper()

	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/graphql",
		strings.NewReader(`{"query": "subscription { licenseClaimed { claimedAt } }"}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+p.tokens["demo-admin"])
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)

	counted := make(chan int, 1)

	go func() {
		defer cancel()
		defer response.Body.Close()

		count := 0

		for lines := bufio.NewScanner(response.Body); count < enough && lines.Scan(); {
			count += strings.Count(lines.Text(), `"claimedAt"`)
		}

		counted <- count
	}()

	return counted
}
