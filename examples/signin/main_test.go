package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program is the path of the built Autoclaim server.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "autoclaim-signin-")
	if err != nil {
		panic(err)
	}

	program = filepath.Join(dir, "autoclaim")
	build := exec.Command("go", "build", "-C", filepath.Join("..", ".."), "-o", program, "./cmd/autoclaim")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}

	// Linux does not run a program that a process may still have open for writing (https://go.dev/issue/22315).
	for errors.Is(exec.Command(program, "--version").Run(), syscall.ETXTBSY) {
		time.Sleep(10 * time.Millisecond)
	}

	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// server is a development server, in a separate process and directory.
type server struct {
	*testing.T

	url   string
	admin string // A token of the demo admin.

	teams    string            // The id of the app.
	products map[string]string // Ids by code.
}

func startServer(t *testing.T) *server {
	t.Helper()

	cmd := exec.Command(program, "serve", "--dev", "--listen=127.0.0.1:0")
	cmd.Dir = t.TempDir()

	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})

	s := &server{T: t}

	for lines := bufio.NewScanner(out); s.url == ""; {
		require.True(t, lines.Scan(), "the server ended before it printed its URL")

		if url, ok := strings.CutPrefix(lines.Text(), "Playground: "); ok {
			s.url = strings.TrimSuffix(url, "/playground/")
		}

		if strings.HasPrefix(lines.Text(), "demo-admin ") {
			require.True(t, lines.Scan())

			s.admin = lines.Text()
		}
	}

	go func() { _, _ = io.Copy(io.Discard, out) }()

	s.loadIDs()

	return s
}

// send sends an operation as the admin. It fails the test if there are errors.
func (s *server) send(query string, into any) {
	s.Helper()

	body, err := json.Marshal(map[string]string{"query": query})
	require.NoError(s, err)

	request, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	require.NoError(s, err)
	request.Header.Set("Authorization", "Bearer "+s.admin)
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	require.NoError(s, err)

	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)
	require.NoError(s, err)
	require.NotContains(s, string(raw), `"errors"`, "response to %s", query)
	require.NotContains(s, string(raw), `"message"`, "response to %s", query)

	if into != nil {
		require.NoError(s, json.Unmarshal(raw, &struct{ Data any }{into}))
	}
}

func (s *server) loadIDs() {
	s.Helper()

	type nodes struct{ Nodes []struct{ ID, Code string } }

	var catalog struct{ Apps, Products nodes }

	s.send(`{ apps(claimable: true) { nodes { id code } } products(filter: {owned: true}) { nodes { id code } } }`, &catalog)

	s.teams, s.products = catalog.Apps.Nodes[0].ID, make(map[string]string)
	for _, product := range catalog.Products.Nodes {
		s.products[product.Code] = product.ID
	}
}

// createPolicy turns auto-claim on and creates a policy with two licenses.
func (s *server) createPolicy() (policy string) {
	s.Helper()
	s.turnAutoClaimOn()

	var created struct {
		CreatePolicy struct{ Policy struct{ ID string } }
	}

	s.send(`mutation { createPolicy(input: {name: "Teams", appId: "`+s.teams+`", products: [{productId: "`+
		s.products["O365_BUSINESS_ESSENTIALS"]+`"}]}) { policy { id } userErrors { message } } }`, &created)

	return created.CreatePolicy.Policy.ID
}

func (s *server) turnAutoClaimOn() {
	s.Helper()
	s.send(`mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } } }`, nil)
}
