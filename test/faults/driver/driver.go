// Package driver is a run's clients: users who sign in, and admins who change everything meanwhile. What they do is
// drawn from the run's seed; when they do it depends on the machine.
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
	signingIn  = 8
	removing   = 2
	callLimit  = 5 * time.Second
	whileAway  = 20 * time.Millisecond // Clients that got no answer wait so long.
	noResponse = "no response"
)

// Driver is the clients of a run.
type Driver struct {
	log     *history.Log
	servers func() []string
	client  *http.Client
	seed    uint64
	signIn  string
	admin   string

	world    world
	licenses licenses
	stop     chan struct{}
	running  sync.WaitGroup
}

// New returns the clients of servers of which the URLs are asked for before each call. The program signs their tokens.
func New(log *history.Log, p *builtserver.Program, servers func() []string, seed uint64) (*Driver, error) {
	d := &Driver{
		log: log, servers: servers, seed: seed, stop: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * signingIn}, Timeout: callLimit},
	}

	var err error
	if d.signIn, err = p.Token("sign-in", auth.RoleSignInService); err == nil {
		d.admin, err = p.Token("admin", auth.RoleGlobalAdmin)
	}

	return d, err
}

// Start lets the clients begin.
func (d *Driver) Start() {
	for i := range signingIn {
		d.run(i, 10*time.Millisecond, d.claim)
	}

	for i := range removing {
		d.run(signingIn+i, 6*time.Millisecond, d.remove)
	}

	d.run(signingIn+removing, 40*time.Millisecond, d.resize)
	d.run(signingIn+removing+1, 30*time.Millisecond, d.byHand)
	d.run(signingIn+removing+2, 150*time.Millisecond, d.configure)
}

// Stop lets calls finish and ends the clients.
func (d *Driver) Stop() {
	close(d.stop)
	d.running.Wait()
	d.client.CloseIdleConnections()
}

// client is one client: its number, its choices, and how many calls it made.
type client struct {
	*Driver

	number int
	choose *rand.Rand
	calls  int
}

// run lets a client act again and again, with pauses of up to so long.
func (d *Driver) run(number int, pause time.Duration, act func(c *client)) {
	c := &client{Driver: d, number: number, choose: rand.New(rand.NewPCG(d.seed, uint64(number)))} //nolint:gosec // No secret.

	d.running.Go(func() {
		for {
			select {
			case <-d.stop:
				return
			case <-time.After(time.Duration(c.choose.Int64N(int64(pause)))):
				act(c)
			}
		}
	})
}

// answer is the part of all payloads that matters here.
type answer struct {
	Result struct {
		Outcome    string
		License    *struct{ ID string }
		UserErrors []struct{ Code string }
	}
}

// call makes a call, at a server that is drawn, and records it with its answer.
func (c *client) call(operation, user string, on *bool, input map[string]any) history.Call {
	servers := c.servers()
	c.calls++
	call := history.Call{
		ID: fmt.Sprintf("%d-%d-%d", c.seed, c.number, c.calls), Operation: operation, User: user, On: on,
		Server: c.choose.IntN(len(servers)), Begin: c.log.Now(),
	}
	token, fields := c.admin, ""

	switch operation {
	case history.Claim:
		token, fields = c.signIn, "outcome license { id }"
	case "assignLicense", "removeLicense":
		fields = "license { id }"
	}

	var got answer

	err := builtserver.Send(context.Background(), c.client, servers[call.Server], token, call.ID, builtserver.Request{
		Query: fmt.Sprintf("mutation($input: %sInput!) { result: %s(input: $input) { userErrors { code } %s } }",
			strings.ToUpper(operation[:1])+operation[1:], operation, fields),
		Variables: map[string]any{"input": input},
	}, &got)
	call.End = c.log.Now()
	call.Answered = err == nil
	call.Outcome = got.Result.Outcome

	if got.Result.License != nil {
		call.License = plainID(got.Result.License.ID)
	}

	if len(got.Result.UserErrors) > 0 {
		call.Refused = got.Result.UserErrors[0].Code
	}

	if err != nil {
		call.Failure = noResponse
		if refusal, coded := errors.AsType[*builtserver.Refusal](err); coded {
			call.Failure = refusal.Code
		}

		time.Sleep(whileAway)
	}

	c.log.Add(call)

	return call
}

// Probe signs a user in at one server, and says whether a definite answer came.
func (d *Driver) Probe(ctx context.Context, server, number int) error {
	var got answer

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
		call.License = plainID(got.Result.License.ID)
	}

	if err != nil {
		call.Failure = noResponse
	}

	d.log.Add(call)

	return err
}

// plainID is an id as the database has it.
func plainID(global string) string {
	raw, err := base32.Decode(global[strings.LastIndexByte(global, '_')+1:])
	if err != nil {
		return global
	}

	return uuid.UUID(raw).String()
}

// globalID is an id as the API has it.
func globalID(kind, id string) string { return kind + "_" + base32.Encode(uuid.MustParse(id)) }

// licenses are those that clients have heard of and not removed.
type licenses struct {
	mu    sync.Mutex
	known []string
	there map[string]bool
}

func (l *licenses) add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.there == nil {
		l.there = make(map[string]bool)
	}

	if !l.there[id] {
		l.there[id] = true
		l.known = append(l.known, id)
	}
}

// take draws one and forgets it.
func (l *licenses) take(choose *rand.Rand) (id string, found bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if len(l.known) == 0 {
		return "", false
	}

	i := choose.IntN(len(l.known))
	id = l.known[i]
	l.known[i] = l.known[len(l.known)-1]
	l.known = l.known[:len(l.known)-1]
	delete(l.there, id)

	return id, true
}
