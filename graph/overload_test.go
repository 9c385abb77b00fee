package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

func TestAFloodIsRefusedAtOnceAndOthersAreServed(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		a := serve(t, url, func(c *server.APIConfig) { c.MaxInFlight = 8 })
		tenant, other := a.world.NewTenant(t, "acme"), a.world.NewTenant(t, "other")
		tenant.Buy(t, tenant.E3, 100)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		// A transaction holds the row lock of the pool, so claims wait.
		locked, release := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)

		go func() {
			done <- a.world.Store.InTx(ctx, tenant.ID, func(tx *store.Tx) error {
				_, err := tx.LockPools(ctx, []licensing.ID{tenant.E3.ID})

				close(locked)
				<-release

				return err
			})
		}()

		<-locked

		const flood, waiting = 20, 2 // One principal may take a quarter of the places.

		service := a.as(tenant, "sign-in", auth.RoleSignInService)
		answers := make(chan *http.Response, flood)

		for i := range flood {
			go func() {
				answers <- service.post(fmt.Sprintf(
					`mutation { claimLicense(input: {app: "TEAMS1", user: "user-%d"}) { outcome } }`, i))
			}()
		}

		for range flood - waiting {
			shed := <-answers
			assert.Equal(t, http.StatusServiceUnavailable, shed.StatusCode)
			assert.Equal(t, "1", shed.Header.Get("Retry-After"))
			assert.Contains(t, textOf(t, shed), `"OVERLOADED"`)
		}

		const look = `{ settings { autoClaimEnabled } }`

		assert.Empty(t, a.as(tenant, "ada", auth.RoleGlobalAdmin).do(look, nil).Errors, "another user of the tenant is served")
		assert.Empty(t, a.as(other, "bea", auth.RoleGlobalAdmin).do(look, nil).Errors, "another tenant is served")

		close(release)
		require.NoError(t, <-done)

		for range waiting {
			assert.Contains(t, textOf(t, <-answers), `"CLAIMED"`, "requests that were let in succeed")
		}

		assert.Equal(t, licensing.OutcomeClaimed, *service.claim("late").Outcome, "places are free again")
	})
}

func TestTheBytesOfResponsesAreReservedBeforeTheyAreMade(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.MaxResponseMemory = 10_000 })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	for range 3 { // The bytes are free again after each response.
		refused := admin.post(`{ auditEvents(first: 100) { nodes { before after } } }`)
		assert.Equal(t, http.StatusServiceUnavailable, refused.StatusCode)
		assert.Equal(t, "1", refused.Header.Get("Retry-After"))
		assert.Contains(t, textOf(t, refused), `"OVERLOADED"`)
		assert.Empty(t, admin.do(`{ users(first: 10) { nodes { id } } }`, nil).Errors)
	}
}

// post sends an operation and returns its response, whose body must be closed.
func (c *caller) post(query string) *http.Response {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.url+"/graphql",
		strings.NewReader(fmt.Sprintf(`{"query": %q}`, query)))
	if err != nil {
		panic(err) // A goroutine other than the test's may call this, so require cannot be used.
	}

	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}

	return response
}

func textOf(t *testing.T, response *http.Response) string {
	t.Helper()

	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return string(text)
}

func TestRequestsFailInTimeWhileTheDatabaseIsDownAndWorkAgainAfterwards(t *testing.T) {
	t.Parallel()

	const inTime, busyMachine = 2 * time.Second, 10 * time.Second

	instance, err := testdb.NewInstance()
	require.NoError(t, err)
	t.Cleanup(instance.Close)
	require.NoError(t, instance.Start())

	url := instance.URL("postgres")
	_, err = storetest.Open(t, url).Migrate(context.Background())
	require.NoError(t, err)

	a := serve(t, url, func(c *server.APIConfig) { c.Limits.Timeout = inTime })
	tenant := a.world.NewTenant(t, "acme")
	tenant.Buy(t, tenant.E3, 100)
	tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

	service := a.as(tenant, "sign-in", auth.RoleSignInService)
	require.Equal(t, licensing.OutcomeClaimed, *service.claim("ann").Outcome)

	instance.Kill()

	const signIn = `mutation { claimLicense(input: {app: "TEAMS1", user: "ann"}) { outcome } }`

	for _, operation := range []string{
		signIn,
		`mutation { claimLicense(input: {app: "TEAMS1", user: "bob"}) { outcome } }`,
	} {
		began := time.Now()
		answer := service.post(operation)
		assert.Equal(t, "1", answer.Header.Get("Retry-After"))
		assert.Contains(t, textOf(t, answer), `"UNAVAILABLE"`)
		assert.Less(t, time.Since(began), inTime+busyMachine)
	}

	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
	assert.Equal(t, apierror.CodeUnavailable, admin.do(`{ policies { nodes { id } } }`, nil).code())

	require.NoError(t, instance.Start())
	require.Eventually(t, func() bool {
		return len(service.do(signIn, nil).Errors) == 0
	}, time.Minute, 10*time.Millisecond, "a busy machine may need more than one attempt")
	assert.Equal(t, licensing.OutcomeAlreadyLicensed, *service.claim("ann").Outcome)
	assert.Equal(t, licensing.OutcomeClaimed, *service.claim("bob").Outcome)
}

func TestAnOperationThatWaitsForALockTimesOut(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		tenant := a.world.NewTenant(t, "acme")
		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)

		// Only this server has the short timeout: operations that succeed may take longer on a busy machine.
		hasty := *a
		hasty.listen(a.world.Store, func(c *server.APIConfig) { c.Limits.Timeout = 200 * time.Millisecond })

		turnOff := `mutation { setAutoClaimEnabled(input: {enabled: false}) { userErrors { code } } }`

		require.Empty(t, admin.do(`mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { code } } }`, nil).Errors)

		// An open transaction holds the row lock that the mutation needs.
		locked, release := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)

		go func() {
			done <- a.world.Store.InTx(context.Background(), tenant.ID, func(tx *store.Tx) error {
				err := tx.SaveSettings(context.Background(), licensing.Settings{AutoClaimEnabled: true, TimeZone: "UTC"})

				close(locked)
				<-release

				return err
			})
		}()

		<-locked
		assert.Equal(t, "UNAVAILABLE", hasty.as(tenant, "ada", auth.RoleGlobalAdmin).do(turnOff, nil).code())
		close(release)
		require.NoError(t, <-done)
		assert.Empty(t, admin.do(turnOff, nil).Errors)
	})
}

func TestALargeBodyCountsForSeveralRequestsWhetherItsLengthIsAnnouncedOrNot(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) {
		c.RateLimit = admission.RateLimit{PerSecond: 0.001 + 0.5*4} // A burst of four requests.
	})
	tenant := a.world.NewTenant(t, "acme")
	body := `{"query": "{ __typename }"` + strings.Repeat(" ", 2*64<<10) + `}` // Counts for three.

	for user, reader := range map[string]func() io.Reader{
		"announced": func() io.Reader { return strings.NewReader(body) },
		"chunked":   func() io.Reader { return io.MultiReader(strings.NewReader(body)) }, // net/http does not know its length.
	} {
		for _, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/graphql", reader())
			require.NoError(t, err)
			request.Header.Set("Authorization", "Bearer "+a.as(tenant, user).token)
			request.Header.Set("Content-Type", "application/json")

			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, want, response.StatusCode, user)

			if want == http.StatusTooManyRequests {
				assert.NotEmpty(t, response.Header.Get("Retry-After"), user)
			}
		}
	}
}

func TestARateLimitAppliesToOnePrincipalOnly(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) {
		c.RateLimit = admission.RateLimit{PerSecond: 0.5, SignInPerSecond: 0}
	})
	tenant := a.world.NewTenant(t, "acme")
	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)

	assert.Empty(t, admin.do(`{ __typename }`, nil).Errors)

	for _, path := range []string{"/graphql?query={__typename}", server.ClaimsCSVPath} {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, a.url+path, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+admin.token)

		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)

		var answered answer
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answered))
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusTooManyRequests, response.StatusCode)
		assert.Equal(t, "RATE_LIMITED", answered.code())
		assert.Equal(t, "2", response.Header.Get("Retry-After"))
	}

	assert.Empty(t, a.as(tenant, "bob", auth.RoleGlobalAdmin).do(`{ __typename }`, nil).Errors)

	signIn := a.as(tenant, "sign-in", auth.RoleSignInService)
	for range 10 {
		assert.Empty(t, signIn.do(`{ __typename }`, nil).Errors, "sign-in services have a separate limit")
	}
}
