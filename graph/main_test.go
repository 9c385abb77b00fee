package graph_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()

	// goleak must not report idle connections of the tests' HTTP client.
	http.DefaultClient.CloseIdleConnections()

	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, "goroutines without an owner:", err)

		status = 1
	}

	os.Exit(status)
}

// api is a server over real HTTP.
type api struct {
	t        *testing.T
	url      string
	handlers *server.API
	issuer   *auth.DevIssuer
	world    *storetest.World
}

// each runs the test with a server on each database.
func each(t *testing.T, test func(t *testing.T, a *api)) {
	t.Helper()
	storetest.Each(t, cluster, func(t *testing.T, url string) { test(t, serve(t, url)) })
}

// eachAndPooled is each, and also runs the test with PostgreSQL behind PgBouncer.
func eachAndPooled(t *testing.T, test func(t *testing.T, a *api)) {
	t.Helper()
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) { test(t, serve(t, url)) })
}

// serve starts a server on the database. Options change its configuration.
func serve(t *testing.T, url string, options ...func(c *server.APIConfig)) *api {
	t.Helper()

	world := storetest.NewWorld(t, storetest.Open(t, url))

	issuer, err := auth.OpenDevIssuer(filepath.Join(t.TempDir(), "key.json"), world.Clock.Now)
	require.NoError(t, err)

	a := &api{t: t, issuer: issuer, world: world}
	a.listen(world.Store, options...)

	return a
}

// again starts another server on the same database.
func (a *api) again(url string) *api {
	other := *a
	other.listen(storetest.Open(a.t, url))

	return &other
}

// listen starts a server. From then on, requests go to it.
func (a *api) listen(db *store.Store, options ...func(c *server.APIConfig)) {
	a.t.Helper()

	clock := a.world.Clock
	claims := claiming.New(db, clock.Now, storetest.Logger())
	a.t.Cleanup(claims.Close)

	config := server.APIConfig{
		Store: db, Admin: storetest.NewAdmin(db, clock), Claiming: claims,
		Reporting: reporting.New(db, clock.Now), Logger: storetest.Logger(), Introspection: true,
		Limits: admission.OperationLimits{Timeout: time.Minute}, // So that tests pass on a busy machine.
		Now:    clock.Now, Authenticate: server.Authenticator(a.issuer.Verifier(), db, storetest.Logger()),
	}
	for _, option := range options {
		option(&config)
	}

	a.handlers = server.NewAPI(config)

	http := httptest.NewServer(server.New(server.Config{
		GraphQL: a.handlers.GraphQL, ClaimsCSV: a.handlers.ClaimsCSV, MissedClaimsCSV: a.handlers.MissedClaimsCSV, Authenticate: config.Authenticate, Ready: db.Ping, Logger: storetest.Logger(),
	}).Handler())
	a.t.Cleanup(http.Close)
	a.t.Cleanup(a.handlers.EndStreams)
	a.url = http.URL
}

// caller sends requests with a token.
type caller struct {
	*api

	t     *testing.T
	token string
}

// as returns a caller of the tenant with the roles.
func (a *api) as(tenant *storetest.Tenant, user string, roles ...auth.Role) *caller {
	a.t.Helper()

	token, err := a.issuer.Sign(auth.Identity{
		TenantExternalID: tenant.ExternalID, UserExternalID: user, DisplayName: user, Roles: auth.NewRoles(roles...),
	}, time.Hour)
	require.NoError(a.t, err)

	return &caller{api: a, t: a.t, token: token}
}

// answer is the response to an operation.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}

	code, _ := a.Errors[0].Extensions["code"].(string)

	return code
}

func (c *caller) do(query string, variables map[string]any) answer {
	c.t.Helper()

	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(c.t, err)

	status, raw := c.send(http.MethodPost, "/graphql", bytes.NewReader(body))
	require.NotEqual(c.t, http.StatusInternalServerError, status, string(raw))

	var a answer
	require.NoError(c.t, json.Unmarshal(raw, &a), string(raw))

	return a
}

func (c *caller) send(method, path string, body io.Reader) (int, []byte) {
	c.t.Helper()

	request, err := http.NewRequestWithContext(context.Background(), method, c.url+path, body)
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)

	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)

	return response.StatusCode, raw
}

// get runs an operation that must succeed, and decodes the value of its only field.
func get[T any](c *caller, query string, variables map[string]any) T {
	c.t.Helper()

	a := c.do(query, variables)
	require.Empty(c.t, a.Errors)

	var fields map[string]T
	require.NoError(c.t, json.Unmarshal(a.Data, &fields), string(a.Data))
	require.Len(c.t, fields, 1)

	for _, value := range fields {
		return value
	}

	panic("unreachable")
}

type userError struct {
	Code    licensing.Code
	Message string
	Path    []string
}

type policyFields struct {
	ID                string
	Name              string
	Enabled           bool
	Version           int
	AvailableLicenses int
	Products          []struct {
		Position          int
		AvailableLicenses int
		Product           struct{ ID, Code string }
	}
}

type payload struct {
	Policy       *policyFields
	License      *struct{ ID string }
	User         *struct{ ID string }
	Subscription *struct {
		ID       string
		Quantity int
		Status   string
	}
	Settings   *struct{ AutoClaimEnabled bool }
	Outcome    *licensing.Outcome
	Message    string
	UserErrors []userError
}

// codes returns the codes of the user errors.
func (p payload) codes() []licensing.Code {
	var codes []licensing.Code
	for _, e := range p.UserErrors {
		codes = append(codes, e.Code)
	}

	return codes
}

const policySelection = `{ policy { id name enabled version availableLicenses
	products { position availableLicenses product { id code } } } userErrors { code message path } }`

// mutate runs a mutation whose input type is named after it.
func (c *caller) mutate(name, selection string, input map[string]any) payload {
	c.t.Helper()

	return get[payload](c, mutation(name, selection), map[string]any{"input": input})
}

func mutation(name, selection string) string {
	inputType := string(name[0]-'a'+'A') + name[1:] + "Input"

	return "mutation($input: " + inputType + "!) { " + name + "(input: $input) " + selection + " }"
}

func (c *caller) claim(user string) payload {
	c.t.Helper()

	return c.mutate("claimLicense", `{ outcome message license { id } userErrors { code message path } }`,
		map[string]any{"app": "TEAMS1", "user": user})
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))

	return hex.EncodeToString(sum[:])
}
