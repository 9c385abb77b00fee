package attacks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
)

// signIns are sign-ins of the quiet tenant during an attack: some over one connection, some each over a new one.
type signIns struct {
	server *server
	// pause is how long each caller waits between two sign-ins.
	pause  time.Duration
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu       sync.Mutex
	answered map[string]int // By the kind of caller.
	took     []time.Duration
	failures []string
}

// signIns starts sign-ins. Stop them; the end of the test stops them too.
func (s *server) signIns() *signIns {
	s.t.Helper()

	return s.signInsWith(20 * time.Millisecond) // Other tests need CPU time too.
}

// signInsWith is signIns with another pause.
func (s *server) signInsWith(pause time.Duration) *signIns {
	s.t.Helper()

	ctx, cancel := context.WithCancel(context.Background())
	transports := map[string]*http.Transport{
		"over one connection": {}, "over new connections": {DisableKeepAlives: true},
	}
	started := &signIns{server: s, pause: pause, cancel: cancel, answered: make(map[string]int)}
	token := s.token(s.t, quiet, "sign-in", auth.RoleSignInService)

	s.t.Cleanup(started.stop)

	for kind := range transports { // Before the first caller begins, which writes to the map too.
		started.answered[kind] = 0
	}

	for kind, transport := range transports {
		started.done.Go(func() {
			defer transport.CloseIdleConnections()

			client := &http.Client{Transport: transport, Timeout: time.Minute}
			for n := 0; ctx.Err() == nil; n++ {
				started.signIn(ctx, client, kind, token, n)
			}
		})
	}

	return started
}

// signIn signs a user in. Every tenth user is new; the others have a license already.
func (i *signIns) signIn(ctx context.Context, client *http.Client, kind, token string, n int) {
	const (
		everyTenth = 10
		returning  = 50
	)

	user := fmt.Sprint("user-", n%returning)
	if n%everyTenth == 0 {
		user = fmt.Sprint("new-", time.Now().UnixNano())
	}

	var answer struct {
		ClaimLicense struct{ Outcome string }
	}

	began := time.Now()
	err := builtserver.Send(context.Background(), client, "http://"+i.server.address, token, "", builtserver.Request{
		Query:     `mutation($user: String!) { claimLicense(input: {app: "TEAMS1", user: $user}) { outcome } }`,
		Variables: map[string]any{"user": user},
	}, &answer)
	took := time.Since(began)

	i.record(kind, took, answer.ClaimLicense.Outcome, err)

	select {
	case <-ctx.Done():
	case <-time.After(i.pause):
	}
}

func (i *signIns) record(kind string, took time.Duration, outcome string, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()

	var refusal *builtserver.Refusal

	switch {
	case errors.As(err, &refusal):
		i.failures = append(i.failures, fmt.Sprintf("%s: %s: %s", kind, refusal.Code, refusal.Message))
	case err != nil:
		i.failures = append(i.failures, fmt.Sprintf("%s: %v", kind, err))
	case outcome != "CLAIMED" && outcome != "ALREADY_LICENSED":
		i.failures = append(i.failures, fmt.Sprintf("%s: outcome %q", kind, outcome))
	default:
		i.answered[kind]++
		i.took = append(i.took, took)
	}
}

// areAnswered waits until each caller has got ten more answers, and fails if they get none.
func (i *signIns) areAnswered() {
	i.server.t.Helper()

	const enough = 10

	i.mu.Lock()
	goals := make(map[string]int)

	for kind, answered := range i.answered {
		goals[kind] = answered + enough
	}
	i.mu.Unlock()

	require.Eventually(i.server.t, func() bool {
		i.mu.Lock()
		defer i.mu.Unlock()

		for kind, goal := range goals {
			if i.answered[kind] < goal && len(i.failures) == 0 {
				return false
			}
		}

		return true
	}, time.Minute, time.Millisecond, "others sign in")
	require.Empty(i.server.t, i.lost(), "other tenants lose no sign-in")
}

// lost returns what happened to sign-ins that got no answer: at most ten of them.
func (i *signIns) lost() []string {
	i.mu.Lock()
	defer i.mu.Unlock()

	return slices.Clone(i.failures[:min(len(i.failures), 10)])
}

// stop ends the sign-ins.
func (i *signIns) stop() {
	i.cancel()
	i.done.Wait()
}

// signInsOf signs users in for a while, and returns the latencies.
func (s *server) signInsOf(pause, long time.Duration) []time.Duration {
	s.t.Helper()

	started := s.signInsWith(pause)
	started.areAnswered()
	time.Sleep(long)
	started.stop()

	return started.took
}

// p99 returns the latency that 99 of 100 sign-ins did not exceed.
func p99(took []time.Duration) time.Duration {
	const share = 0.99

	took = slices.Sorted(slices.Values(took))

	return took[int(float64(len(took)-1)*share)]
}
