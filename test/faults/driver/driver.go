// Package driver runs the clients: a sign-in service that claims licenses, and admins who make changes at the same time.
// The seed of the run determines their calls, but not the timing.
package driver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.jetify.com/typeid/base32"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/test/faults/history"
)

const (
	users      = 40
	hotUsers   = 3
	claimers   = 8
	removers   = 2
	callLimit  = 5 * time.Second
	retryDelay = 20 * time.Millisecond // The wait after a call without a response.
	noResponse = "no response"
)

// Driver runs the clients of a run.
type Driver struct {
	log     *history.Log
	servers func() []string
	client  *http.Client
	seed    uint64
	signIn  string
	admin   string

	ids      tenantIDs
	licenses licenses
	stop     chan struct{}
	running  sync.WaitGroup
}

// New returns a driver. It calls servers before each call, because a restarted server has a new URL. The process p signs
// the tokens.
func New(log *history.Log, p *builtserver.Program, servers func() []string, seed uint64) (*Driver, error) {
	d := &Driver{
		log: log, servers: servers, seed: seed, stop: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * claimers}, Timeout: callLimit},
	}

	var err error
	if d.signIn, err = p.Token("sign-in", auth.RoleSignInService); err == nil {
		d.admin, err = p.Token("admin", auth.RoleGlobalAdmin)
	}

	return d, err
}

// Start starts the clients.
func (d *Driver) Start() {
	for i := range claimers {
		d.run(i, 10*time.Millisecond, d.claim)
	}

	for i := range removers {
		d.run(claimers+i, 6*time.Millisecond, d.remove)
	}

	d.run(claimers+removers, 40*time.Millisecond, d.resize)
	d.run(claimers+removers+1, 30*time.Millisecond, d.changeUsers)
	d.run(claimers+removers+2, 150*time.Millisecond, d.configure)
}

// Stop waits for the current calls and stops the clients.
func (d *Driver) Stop() {
	close(d.stop)
	d.running.Wait()
	d.client.CloseIdleConnections()
}

// client is one client. Its random numbers depend only on the seed and its number.
type client struct {
	*Driver

	number int
	random *rand.Rand
	calls  int
}

// run starts a client that calls act repeatedly, with random pauses up to the given one.
func (d *Driver) run(number int, pause time.Duration, act func(c *client)) {
	c := &client{Driver: d, number: number, random: rand.New(rand.NewPCG(d.seed, uint64(number)))} //nolint:gosec // No secret.

	d.running.Go(func() {
		for {
			select {
			case <-d.stop:
				return
			case <-time.After(time.Duration(c.random.Int64N(int64(pause)))):
				act(c)
			}
		}
	})
}

// payload has the fields of the payloads that the driver reads.
type payload struct {
	Result struct {
		Outcome    string
		License    *struct{ ID string }
		UserErrors []struct{ Code string }
	}
}

// call sends a mutation to a random server, and records the call with its response.
func (c *client) call(operation, user string, on *bool, input map[string]any) history.Call {
	servers := c.servers()
	c.calls++
	call := history.Call{
		ID: fmt.Sprintf("%d-%d-%d", c.seed, c.number, c.calls), Operation: operation, User: user, On: on,
		Server: c.random.IntN(len(servers)), Begin: c.log.Now(),
	}
	token, fields := c.admin, ""

	switch operation {
	case history.Claim:
		token, fields = c.signIn, "outcome license { id }"
	case "assignLicense", "removeLicense":
		fields = "license { id }"
	}

	var got payload

	err := builtserver.Send(context.Background(), c.client, servers[call.Server], token, call.ID, builtserver.Request{
		Query: fmt.Sprintf("mutation($input: %sInput!) { result: %s(input: $input) { userErrors { code } %s } }",
			strings.ToUpper(operation[:1])+operation[1:], operation, fields),
		Variables: map[string]any{"input": input},
	}, &got)
	call.End = c.log.Now()
	call.Answered = err == nil
	call.Outcome = got.Result.Outcome

	if got.Result.License != nil {
		call.License = databaseID(got.Result.License.ID)
	}

	if len(got.Result.UserErrors) > 0 {
		call.Refused = got.Result.UserErrors[0].Code
	}

	if err != nil {
		call.Failure = noResponse
		if refusal, coded := errors.AsType[*builtserver.Refusal](err); coded {
			call.Failure = refusal.Code
		}

		time.Sleep(retryDelay)
	}

	c.log.Add(call)

	return call
}

// Probe claims a license for a user at one server. It returns an error if there was no definite response.
func (d *Driver) Probe(ctx context.Context, server, number int) error {
	var got payload

	call := history.Call{
		ID: fmt.Sprintf("%d-probe-%d-%d", d.seed, server, number), Operation: history.Claim, User: userName(number % users),
		Server: server, Begin: d.log.Now(),
	}
	err := builtserver.Send(ctx, d.client, d.servers()[server], d.signIn, call.ID, builtserver.Request{
		Query:     "mutation($input: ClaimLicenseInput!) { result: claimLicense(input: $input) { outcome license { id } userErrors { code } } }",
		Variables: map[string]any{"input": map[string]any{"app": app, "user": call.User}},
	}, &got)
	call.End, call.Answered, call.Outcome = d.log.Now(), err == nil, got.Result.Outcome

	if got.Result.License != nil {
		call.License = databaseID(got.Result.License.ID)
	}

	if err != nil {
		call.Failure = noResponse
	}

	d.log.Add(call)

	return err
}

// databaseID converts a global id of the API to an id of the database.
func databaseID(global string) string {
	raw, err := base32.Decode(global[strings.LastIndexByte(global, '_')+1:])
	if err != nil {
		return global
	}

	return uuid.UUID(raw).String()
}

// globalID converts an id of the database to a global id of the API.
func globalID(kind, id string) string { return kind + "_" + base32.Encode(uuid.MustParse(id)) }

// licenses are the ids of licenses that a response named and no client removed.
type licenses struct {
	mu       sync.Mutex
	known    []string
	contains map[string]bool
}

func (l *licenses) add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.contains == nil {
		l.contains = make(map[string]bool)
	}

	if !l.contains[id] {
		l.contains[id] = true
		l.known = append(l.known, id)
	}
}

// take removes a random id and returns it.
func (l *licenses) take(random *rand.Rand) (id string, found bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if len(l.known) == 0 {
		return "", false
	}

	i := random.IntN(len(l.known))
	id = l.known[i]
	l.known[i] = l.known[len(l.known)-1]
	l.known = l.known[:len(l.known)-1]
	delete(l.contains, id)

	return id, true
}
