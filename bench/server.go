package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// program is a server's process, as its operator runs it.
type program struct {
	command  *exec.Cmd
	url      string
	database string
	binary   string
	key      string
}

// start runs the server on the database until it is stopped.
func start(ctx context.Context, binary, database, directory string) (*program, error) {
	p := &program{database: database, binary: binary, key: filepath.Join(directory, "key.json")}
	p.command = exec.CommandContext(ctx, binary, "serve", "--dev", "--listen=127.0.0.1:0", "--log-level=warn", //nolint:gosec // Ours.
		"--rate-limit=0", "--database-url="+database, "--dev-key="+p.key)
	p.command.Stderr = os.Stderr

	said, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read the server: %w", err)
	}

	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}

	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "Playground: "); found {
			p.url = strings.TrimSuffix(url, "/playground/")

			go func() { _, _ = io.Copy(io.Discard, said) }()

			return p, nil
		}
	}

	return nil, errors.Join(errors.New("the server ended before it said where it is"), p.command.Wait())
}

func (p *program) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}

	return p.command.Wait()
}

// check fails if the database breaks a rule: a figure that was reached that way does not count.
func (p *program) check(ctx context.Context) error {
	said, err := exec.CommandContext(ctx, p.binary, "check", "--database-url="+p.database).CombinedOutput() //nolint:gosec // Ours.
	if err != nil {
		return fmt.Errorf("autoclaim check: %w\n%s", err, said)
	}

	return nil
}

// as is the server as a caller of the demo tenant reaches it.
func (p *program) as(user string, roles ...auth.Role) (target, error) {
	issuer, err := auth.OpenDevIssuer(p.key, time.Now)
	if err != nil {
		return target{}, err
	}

	token, err := issuer.Sign(auth.Identity{
		TenantExternalID: "demo", UserExternalID: user, Roles: auth.NewRoles(roles...),
	}, 12*time.Hour) //nolint:mnd // Longer than any run.

	return target{address: strings.TrimPrefix(p.url, "http://"), path: "/graphql", token: token}, err
}

// send runs an operation and reads its data.
func (t target) send(ctx context.Context, query string, variables map[string]any, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+t.address+t.path,
		bytes.NewReader(graphQL(query, variables)))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}

	request.Header.Set("Authorization", "Bearer "+t.token)
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}

	defer func() { _ = response.Body.Close() }()

	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("receive: %w", err)
	}

	if len(answer.Errors) > 0 {
		return fmt.Errorf("the server says: %s", answer.Errors[0].Message)
	}

	return json.Unmarshal(answer.Data, into)
}
