package attacks

import (
	"bufio"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// startTimeout is how long a server may take to start, however busy the machine is.
	startTimeout = time.Minute
	// settleTimeout is how long a server may take to close what an attack has left.
	settleTimeout = 45 * time.Second
	// maxMemory is the most memory that a server may ever have used, in MiB.
	maxMemory = 512
	// maxConnections is the limit of connections of the attacked servers, and maxFiles their limit of open files.
	maxConnections = 256
	maxFiles       = "512"
	// spareDescriptors is how many more descriptors a server may have after an attack than before: connections to the
	// issuer.
	spareDescriptors = 2
)

// server is the attacked server in its own process.
type server struct {
	*world

	t        *testing.T
	address  string
	process  process
	issues   issues
	ended    chan struct{}
	exceeded atomic.Bool
}

// serve starts a server on a new world, with these flags besides the usual ones.
func serve(t *testing.T, flags ...string) *server {
	t.Helper()

	return serveWorld(t, newWorld(t), flags...)
}

func serveWorld(t *testing.T, w *world, flags ...string) *server {
	t.Helper()

	all := append([]string{"--issuer=" + w.issuer.URL, "--audience=" + audience, "--max-connections=256"}, flags...)
	if !slices.ContainsFunc(flags, func(flag string) bool { return strings.HasPrefix(flag, "--request-timeout=") }) {
		all = append(all, "--request-timeout=10s") // The machine may be busy.
	}

	return launch(t, w, all...)
}

// launch starts a server with only these flags. The shell sets the limit of open files, the hard one too: Go programs
// raise theirs to it.
func launch(t *testing.T, w *world, flags ...string) *server {
	t.Helper()

	arguments := append([]string{
		"-c", `ulimit -n "$0" && exec "$@"`, maxFiles, program, "serve", "--listen=127.0.0.1:0", "--database-url=" + w.database,
	}, flags...)
	command := exec.Command("/bin/sh", arguments...)
	command.Dir = t.TempDir()
	tie(command)

	log, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())

	s := &server{world: w, t: t, process: process(command.Process.Pid), ended: make(chan struct{})}
	t.Cleanup(func() {
		_ = command.Process.Kill() // It may have ended already.
		<-s.ended
	})

	listens := make(chan string, 1)

	go func() {
		s.readLog(log, listens)
		_ = command.Wait() // The exit status of a killed process does not matter.
		close(s.ended)
	}()

	select {
	case s.address = <-listens:
	case <-s.ended:
		require.Fail(t, "the server ended before it listened", s.issues.String())
	case <-time.After(startTimeout):
		require.Fail(t, "the server does not start", s.issues.String())
	}

	go s.watchMemory(func() { _ = command.Process.Kill() })

	return s
}

var servingAddress = regexp.MustCompile(`\bserving\W+address\W+([\d.]+:\d+)`)

// readLog reads the server's log to its end, and keeps what points to a defect.
func (s *server) readLog(log io.Reader, listens chan<- string) {
	lines := bufio.NewReader(log)

	for {
		line, err := lines.ReadString('\n')
		if found := servingAddress.FindStringSubmatch(line); found != nil {
			listens <- found[1]
		}

		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") || !strings.HasPrefix(line, "time=") && line != "" {
			s.issues.add(strings.TrimSpace(line))
		}

		if err != nil {
			return
		}
	}
}

// watchMemory kills a server that uses too much memory, before it harms the machine.
func (s *server) watchMemory(kill func()) {
	const interval = 10 * time.Millisecond

	for {
		select {
		case <-s.ended:
			return
		case <-time.After(interval):
		}

		if s.process.memory("VmRSS") > 2*maxMemory {
			s.exceeded.Store(true)
			kill()
		}
	}
}

// survives runs the attack twice. The attack must have closed its connections when it returns.
func (s *server) survives(attack func(others *signIns)) {
	s.t.Helper()

	// The first sign-ins open connections to the database and fetch the issuer's keys.
	others := s.signIns()
	others.areAnswered()
	others.stop()

	for range 2 {
		before := s.descriptors()
		others := s.signIns()
		attack(others)
		others.areAnswered()
		others.stop()

		require.False(s.t, s.exceeded.Load(), "the server used more than %d MiB and was killed", 2*maxMemory)
		s.leavesNothing(before)
		require.Less(s.t, s.process.memory("VmHWM"), maxMemory, "the most memory that the server has used, in MiB")
		require.Empty(s.t, others.lost(), "other tenants lose no sign-in")
	}

	assert.NotContains(s.t, s.issues.String(), "panic", "the server's log")
}

// leavesNothing waits until no connection of a client and no descriptor is left over.
func (s *server) leavesNothing(before int) {
	s.t.Helper()

	for deadline := time.Now().Add(settleTimeout); ; time.Sleep(20 * time.Millisecond) {
		connections, descriptors := s.connections(), s.descriptors()
		if connections == 0 && descriptors <= before+spareDescriptors {
			return
		}

		require.True(s.t, time.Now().Before(deadline), "connections of clients left: %d; descriptors: %d, before: %d",
			connections, descriptors, before)
	}
}

// issues are lines of a server's log. It is safe for concurrent use.
type issues struct {
	mu    sync.Mutex
	lines []string
}

func (i *issues) add(line string) {
	const most = 100

	i.mu.Lock()
	defer i.mu.Unlock()

	if len(i.lines) < most {
		i.lines = append(i.lines, line)
	}
}

func (i *issues) String() string {
	i.mu.Lock()
	defer i.mu.Unlock()

	return strings.Join(i.lines, "\n")
}
