package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is the Autoclaim server, as it is.
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

	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// server is a development server in a process and a directory of its own.
type server struct {
	*testing.T

	url   string
	admin string // A token of the demo's admin.

	teams    string            // The id of the app.
	products map[string]string // From code to id.
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
		require.True(t, lines.Scan(), "the server ended before it said where it is")

		if url, ok := strings.CutPrefix(lines.Text(), "Playground: "); ok {
			s.url = strings.TrimSuffix(url, "/playground/")
		}

		if strings.HasPrefix(lines.Text(), "demo-admin ") {
			require.True(t, lines.Scan())

			s.admin = lines.Text()
		}
	}

	go func() { _, _ = io.Copy(io.Discard, out) }()

	s.lookAround()

	return s
}

// ask sends an operation as the admin.
func (s *server) ask(query string, into any) {
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
	require.NotContains(s, string(raw), `"errors"`, "to %s", query)
	require.NotContains(s, string(raw), `"message"`, "to %s", query)

	if into != nil {
		require.NoError(s, json.Unmarshal(raw, &struct{ Data any }{into}))
	}
}

func (s *server) lookAround() {
	s.Helper()

	type nodes struct{ Nodes []struct{ ID, Code string } }

	var around struct{ Apps, Products nodes }

	s.ask(`{ apps(claimable: true) { nodes { id code } } products(filter: {owned: true}) { nodes { id code } } }`, &around)

	s.teams, s.products = around.Apps.Nodes[0].ID, make(map[string]string)
	for _, product := range around.Products.Nodes {
		s.products[product.Code] = product.ID
	}
}

// turnOn turns auto-claim on, with a policy of two licenses.
func (s *server) turnOn() (policy string) {
	s.Helper()
	s.enable()

	var created struct {
		CreatePolicy struct{ Policy struct{ ID string } }
	}

	s.ask(`mutation { createPolicy(input: {name: "Teams", appId: "`+s.teams+`", products: [{productId: "`+
		s.products["O365_BUSINESS_ESSENTIALS"]+`"}]}) { policy { id } userErrors { message } } }`, &created)

	return created.CreatePolicy.Policy.ID
}

func (s *server) enable() {
	s.Helper()
	s.ask(`mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } } }`, nil)
}
