// Package builtserver runs the built server as an operator does, for benchmarks and for tests of whole servers.
package builtserver

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
	"github.com/autoclaim/autoclaim/internal/testkit/executable"
)

// Config says which program to run, and how.
type Config struct {
	// Binary is the built program.
	Binary string
	// Database is the database's URL.
	Database string
	// Directory is where the key that signs tokens is. Servers with the same directory accept each other's tokens.
	Directory string
	// Environment is added to the environment of this process.
	Environment []string
	// Log receives the server's log.
	Log io.Writer
}

// Program is a server's process.
type Program struct {
	// URL is the address at which the server listens, such as http://127.0.0.1:8080.
	URL string

	config  Config
	command *exec.Cmd
	ended   chan struct{}
	status  error
}

// Build builds the server into the file binary, and returns when it can be run. directory is the root of this repository;
// options are flags of go build.
func Build(ctx context.Context, directory, binary string, options ...string) error {
	args := append([]string{"build", "-trimpath", "-o", binary}, options...)
	build := exec.CommandContext(ctx, "go", append(args, "./cmd/autoclaim")...)
	build.Dir = directory
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, output)
	}

	return executable.Settle(ctx, binary)
}

// Start starts a server of the demo tenant and returns when it listens. Stop it, or kill it.
func Start(ctx context.Context, config Config) (*Program, error) {
	p := &Program{config: config, ended: make(chan struct{})}
	p.command = exec.CommandContext(ctx, config.Binary, "serve", "--dev", "--listen=127.0.0.1:0", "--log-level=warn",
		"--rate-limit=0", "--database-url="+config.Database, "--dev-key="+p.key())
	p.command.Env = append(os.Environ(), config.Environment...)
	p.command.Stderr = config.Log

	output, outputWriter, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("read the server's output: %w", err)
	}

	p.command.Stdout = outputWriter
	err = p.command.Start()
	_ = outputWriter.Close() // The server has its own handle.

	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the server: %w", err), output.Close())
	}

	go func() {
		p.status = p.command.Wait()
		close(p.ended)
	}()

	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "Playground: "); found {
			p.URL = strings.TrimSuffix(url, "/playground/")

			go func() {
				_, _ = io.Copy(io.Discard, output)
				_ = output.Close() // It was only read from.
			}()

			return p, nil
		}
	}

	<-p.ended

	return nil, errors.Join(errors.New("the server ended before it listened"), p.status, output.Close())
}

func (p *Program) key() string { return filepath.Join(p.config.Directory, "key.json") }

// ID returns the process id.
func (p *Program) ID() int { return p.command.Process.Pid }

// Stop shuts the server down gracefully, waits for its end, and returns an error if its exit status is not 0.
func (p *Program) Stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}

	<-p.ended

	return p.status
}

// Kill ends the server with SIGKILL and waits for its end.
func (p *Program) Kill() {
	_ = p.command.Process.Kill() // The server may have ended already.
	<-p.ended
}

// Check returns an error if the server's database breaks a rule.
func (p *Program) Check(ctx context.Context) error {
	output, err := exec.CommandContext(ctx, p.config.Binary, "check", "--database-url="+p.config.Database).CombinedOutput()
	if err != nil {
		return fmt.Errorf("autoclaim check: %w\n%s", err, output)
	}

	return nil
}

// Token returns an access token of a user of the demo tenant with these roles. It is valid for 12 hours.
func (p *Program) Token(user string, roles ...auth.Role) (string, error) {
	return p.TokenOf("demo", user, roles...)
}

// TokenOf is [Program.Token] for a user of the tenant with this external id.
func (p *Program) TokenOf(tenant, user string, roles ...auth.Role) (string, error) {
	issuer, err := auth.OpenDevIssuer(p.key(), time.Now)
	if err != nil {
		return "", err
	}

	return issuer.Sign(auth.Identity{
		TenantExternalID: tenant, UserExternalID: user, Roles: auth.NewRoles(roles...),
	}, 12*time.Hour)
}

// Request is a GraphQL operation and its variables.
type Request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

// Refusal is the first error of a response.
type Refusal struct{ Code, Message string }

// Error implements error.
func (r *Refusal) Error() string { return "the server answered: " + r.Message }

// Send sends an operation to a server and decodes its data into a value. It returns a [*Refusal] if the response has
// errors. id is sent as the request id, unless it is empty.
func Send(ctx context.Context, client *http.Client, url, token, id string, operation Request, into any) error {
	body, err := json.Marshal(operation)
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}

	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")

	if id != "" {
		request.Header.Set("X-Request-Id", id)
	}

	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}

	defer func() { _ = response.Body.Close() }()

	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Message    string `json:"message"`
			Extensions struct {
				Code string `json:"code"`
			} `json:"extensions"`
		} `json:"errors"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("read the response: %w", err)
	}

	if len(answer.Errors) > 0 {
		return &Refusal{Code: answer.Errors[0].Extensions.Code, Message: answer.Errors[0].Message}
	}

	return json.Unmarshal(answer.Data, into)
}
