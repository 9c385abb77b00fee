package attacks

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// The environment variables of the process that attacks.
const (
	attackedAddress = "ATTACKED_ADDRESS"
	userToken       = "ATTACK_USER_TOKEN"
	readerToken     = "ATTACK_READER_TOKEN"
)

// startHostileClients starts 100 hostile clients in another process, with a low priority: the clients of a real attack
// use CPUs of other machines. Linux gives each session an equal part of the CPUs, whatever the priorities of the processes
// in it, so the clients have a session of their own, with a low priority too.
func (s *server) startHostileClients(t *testing.T) (wait func() error) {
	t.Helper()

	command := exec.Command("chrt", "--idle", "0", os.Args[0], "-storm", storm.String())
	command.Env = append(os.Environ(), attackedAddress+"="+s.address, userToken+"="+s.token(t, hostile, "ann"),
		readerToken+"="+s.token(t, hostile, "reader", auth.RoleGlobalReader))
	command.Stderr = os.Stderr
	tie(command)
	ownSession(command)
	require.NoError(t, command.Start())
	lowerSession(command.Process)

	return command.Wait
}

// attackServer attacks the server of the environment, and returns false if there is none.
func attackServer() bool {
	const clients = 100

	s := server{address: os.Getenv(attackedAddress)}
	if s.address == "" {
		return false
	}

	attacks := s.hostileClients(os.Getenv(userToken), os.Getenv(readerToken))

	var hostiles sync.WaitGroup

	for ends, client := time.Now().Add(*storm), 0; client < clients; client++ {
		hostiles.Go(func() {
			for n := client; time.Now().Before(ends); n += clients {
				attacks[client%len(attacks)](n)
			}
		})
	}

	hostiles.Wait()

	return true
}

// hostileClients returns one kind of client for each attack. Each call does its harm once. What the server answers is
// checked by the other tests.
func (s *server) hostileClients(user, reader string) []func(n int) {
	frames, slow := malformed(), head("POST", user, announced)+`{"query": "`
	list := `{"x":[` + strings.Repeat(`{"":0},`, 140_000) + `0]}`
	search := `{ ` + repeated(40, func(i int) string {
		return fmt.Sprintf(`a%d: claimReport { claims(text: "0z", first: 1) { totalCount } } `, i)
	}) + `}`
	amplified := `{ ` + repeated(9, func(i int) string { return fmt.Sprintf(`a%d: auditEvents(first: 100) { nodes { ...f } } `, i) }) +
		`} fragment f on AuditEvent { ` + repeated(20, func(i int) string { return fmt.Sprintf("b%d: before c%d: after ", i, i) }) + `}`

	hold := func(text string) func(int) {
		return func(int) {
			if connection, err := s.connect(); err == nil {
				_, _ = connection.Write([]byte(text)) // The server may refuse it.

				time.Sleep(time.Second)
				_ = connection.Close()
			}
		}
	}
	send := func(token, query, variables string) func(int) {
		return func(n int) {
			_, _ = s.post(token, operation(fmt.Sprintf("%s # %d", query, n), variables)) // It may be refused.
		}
	}

	return []func(int){
		hold(""), hold("POST /gra"), hold(head("GET", "")), hold(head("OPTIONS", "", announced)),
		hold(head("POST", "", "Upgrade: x", chunked) + "100000\r\n"), hold(slow),
		hold(head("GET", user, upgrading, chunked)),
		hold(strings.Replace(head("GET", reader), "/graphql", "/reports/claims.csv", 1)),
		hold(strings.Repeat(head("GET", user), 200)),
		func(n int) {
			if opened, err := s.upgrade(""); err == nil {
				_, _ = opened.Write(frames[n%len(frames)]) // The server may have hung up first.
				_ = opened.Close()
			}
		},
		func(int) {
			if opened, err := s.initialized(user); err == nil {
				_ = opened.subscribe("1", refusedSubscription)
				_, _ = opened.Write([]byte(strings.Repeat(string(frame(final|textFrame, `{"type":"ping"}`)), 1000)))
				_ = opened.Close()
			}
		},
		send(user, `{ `+strings.Repeat("__typename ", 980)+`}`, ""),
		send(user, viewer, list),
		send(user, viewer+" #"+strings.Repeat("x", 30_000), ""),
		send(reader, search, ""),
		send(reader, amplified, ""),
		send("forged.token.here", viewer, ""),
	}
}

func TestAQuietTenantSignsInDuringAStormOfAllAttacks(t *testing.T) {
	const (
		long    = 30 * time.Second
		mostP99 = 3
		pause   = 5 * time.Millisecond
	)

	s := serve(t, "--request-timeout=2s")
	s.addClaims(t, 20_000)
	s.addAuditEvents(t, 200)

	// Whatever else the machine does may change meanwhile, so the quiet time is before and after the storm.
	quietTimes := s.signInsOf(pause, *storm/5)
	descriptors, during := s.descriptors(), s.signInsWith(pause)
	wait := s.startHostileClients(t)

	require.NoError(t, wait())
	during.areAnswered()
	during.stop()

	require.False(t, s.exceeded.Load(), "the server used more than %d MiB and was killed", 2*maxMemory)
	s.leavesNothing(descriptors)

	quietTimes = append(quietTimes, s.signInsOf(pause, *storm/5)...)
	quietP99, stormP99 := p99(quietTimes), p99(during.took)

	t.Logf("most memory: %d MiB; descriptors: %d before, %d after; sign-ins: %d, lost: %d; p99: %v quiet, %v during the storm",
		s.process.memory("VmHWM"), descriptors, s.descriptors(), len(during.took), len(during.failures), quietP99, stormP99)
	assert.Empty(t, during.lost(), "no sign-in is lost")
	assert.Less(t, s.process.memory("VmHWM"), maxMemory)

	if *storm >= long {
		assert.LessOrEqual(t, stormP99, mostP99*quietP99, "latency of sign-ins")
	}
}
