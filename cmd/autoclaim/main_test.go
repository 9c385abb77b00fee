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
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

var (
	// cluster is this package's PostgreSQL.
	cluster = testdb.NewCluster()
	// program is the command, built as a release.
	program string
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "autoclaim-bin-")
	if err != nil {
		panic(err)
	}

	program = filepath.Join(dir, "autoclaim")
	if err := buildRelease(program); err != nil {
		panic(err)
	}

	status := m.Run()
	cluster.Close()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// command runs the program in the test's process and returns its status and output.
func command(t *testing.T, args ...string) (status int, out string) {
	t.Helper()

	var text bytes.Buffer

	status = run(t.Context(), args, &text, &text)

	return status, text.String()
}

// succeed runs the program, which must succeed, and returns its output.
func succeed(t *testing.T, args ...string) string {
	t.Helper()

	status, out := command(t, args...)
	require.Zero(t, status, out)

	return out
}

// process is a server in a process of its own.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	tokens map[string]string
}

// start runs "serve --dev" on a free port in the directory and waits until it is ready. Changes are made to the
// command before it starts.
func start(t *testing.T, dir, databaseURL string, changes ...func(cmd *exec.Cmd)) *process {
	t.Helper()

	cmd := exec.Command(program, "serve", "--dev", "--listen=127.0.0.1:0", "--request-timeout=1m")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AUTOCLAIM_DATABASE_URL="+databaseURL,
		"AUTOCLAIM_DIRECT_DATABASE_URL="+storetest.Direct(databaseURL))
	cmd.Stderr = io.Discard

	for _, change := range changes {
		change(cmd)
	}

	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // Most have ended by now.
		_ = cmd.Wait()
	})

	p := &process{t: t, cmd: cmd, tokens: make(map[string]string)}
	lines := bufio.NewScanner(stdout)

	for p.url == "" {
		require.True(t, lines.Scan(), "the server ended before it said where it is")

		if url, ok := strings.CutPrefix(lines.Text(), "Playground: "); ok {
			p.url = strings.TrimSuffix(url, playground.Path)
		}

		if name, _, ok := strings.Cut(lines.Text(), " ("); ok && strings.HasPrefix(name, "demo-") {
			require.True(t, lines.Scan())

			p.tokens[name] = lines.Text()
		}
	}

	go func() { _, _ = io.Copy(io.Discard, stdout) }()

	require.Eventually(t, func() bool {
		response, err := http.Get(p.url + "/readyz")
		if err == nil {
			_ = response.Body.Close()
		}

		return err == nil && response.StatusCode == http.StatusOK
	}, 20*time.Second, 10*time.Millisecond)

	return p
}

// query sends an operation as one of the demo's callers and decodes its data.
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

type queryError struct{ message string }

func (e *queryError) Error() string { return e.message }

func (p *process) must(caller, query string, into any) {
	p.t.Helper()
	require.NoError(p.t, p.query(p.t.Context(), caller, query, into))
}
