package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

// startTimeout is how long a server may take to start, however busy the machine is.
const startTimeout = time.Minute

// process is a server that runs in its own process.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	tokens map[string]string
}

// start runs "serve --dev" on a free port in the directory and waits until it is ready. The changes are applied to
// the command before it starts.
func start(t *testing.T, dir, databaseURL string, changes ...func(cmd *exec.Cmd)) *process {
	t.Helper()

	cmd := exec.Command(program, "serve", "--dev", "--listen=127.0.0.1:0", "--request-timeout=1m")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AUTOCLAIM_DATABASE_URL="+databaseURL)
	if direct := storetest.Direct(databaseURL); direct != databaseURL {
		cmd.Env = append(cmd.Env, "AUTOCLAIM_DIRECT_DATABASE_URL="+direct)
	}

	cmd.Stderr = io.Discard

	for _, change := range changes {
		change(cmd)
	}

	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // Most tests have already stopped it.
		_ = cmd.Wait()
	})

	p := &process{t: t, cmd: cmd, tokens: make(map[string]string)}
	p.readIntroduction(stdout)
	requireReady(t, p.url)

	return p
}

// readIntroduction reads the server's URL and the callers' tokens from what it prints, and discards the rest.
func (p *process) readIntroduction(stdout io.Reader) {
	p.t.Helper()

	lines := bufio.NewScanner(stdout)

	for p.url == "" {
		require.True(p.t, lines.Scan(), "the server ended before it printed its URL")

		if url, ok := strings.CutPrefix(lines.Text(), "Playground: "); ok {
			p.url = strings.TrimSuffix(url, playground.Path)
		}

		if name, _, ok := strings.Cut(lines.Text(), " ("); ok && strings.HasPrefix(name, "demo-") {
			require.True(p.t, lines.Scan())

			p.tokens[name] = lines.Text()
		}
	}

	go func() { _, _ = io.Copy(io.Discard, stdout) }()
}

// requireReady waits until the server at the URL is ready.
func requireReady(t *testing.T, url string) {
	t.Helper()

	require.Eventually(t, func() bool {
		response, err := http.Get(url + "/readyz")
		if err == nil {
			_ = response.Body.Close()
		}

		return err == nil && response.StatusCode == http.StatusOK
	}, startTimeout, 10*time.Millisecond)
}

var servingAddress = regexp.MustCompile(`\bserving\W+address\W+([\d.]+:\d+)`)

// requireServing waits until the log names the server's address, and returns its URL. The server chooses the port
// itself: a port that a test chose for it could be taken by another process first.
func requireServing(t *testing.T, log *output) (url string) {
	t.Helper()

	require.Eventually(t, func() bool {
		found := servingAddress.FindStringSubmatch(log.String())
		if found != nil {
			url = "http://" + found[1]
		}

		return found != nil
	}, startTimeout, 10*time.Millisecond, log)

	return url
}

// query sends an operation with the caller's token and decodes its data.
func (p *process) query(ctx context.Context, caller, query string, into any) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}

	request.Header.Set("Authorization", "Bearer "+p.tokens[caller])
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}

	defer response.Body.Close()

	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}

	if len(answer.Errors) > 0 {
		return &queryError{answer.Errors[0].Message}
	}

	return json.Unmarshal(answer.Data, into)
}

// queryError is the first error of a GraphQL response.
type queryError struct{ message string }

func (e *queryError) Error() string { return e.message }

// must is like query, but an error fails the test.
func (p *process) must(caller, query string, into any) {
	p.t.Helper()
	require.NoError(p.t, p.query(p.t.Context(), caller, query, into))
}

// output collects what a process writes. It is safe for concurrent use.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.text.String()
}
