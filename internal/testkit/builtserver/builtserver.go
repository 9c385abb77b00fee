// Package builtserver runs the built server as its operator does, for measurements and tests from the outside.
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
)

// Config is which program to run, and how.
type Config struct {
	// Binary is the built program.
	Binary string
	// Database is the URL of its database.
	Database string
	// Directory holds the key of its tokens: servers that share it accept each other's.
	Directory string
	// Environment is added to this process's own.
	Environment []string
	// Log takes what the server logs.
	Log io.Writer
}

// Program is a server's process.
type Program struct {
	// URL is where it listens.
	URL string

	config  Config
	command *exec.Cmd
	ended   chan struct{}
	status  error
}

// Build builds the command of this repository at the directory. options are flags of go build.
func Build(ctx context.Context, directory, binary string, options ...string) error {
	args := append([]string{"build", "-trimpath", "-o", binary}, options...)
	build := exec.CommandContext(ctx, "go", append(args, "./cmd/autoclaim")...) //nolint:gosec // Ours.
	build.Dir = directory
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, said)
	}

	return nil
}

// Start runs a server of the demo tenant until it is stopped, and returns when it listens.
func Start(ctx context.Context, config Config) (*Program, error) {
	p := &Program{config: config, ended: make(chan struct{})}
	p.command = exec.CommandContext(ctx, config.Binary, "serve", "--dev", "--listen=127.0.0.1:0", "--log-level=warn", //nolint:gosec // Ours.
		"--rate-limit=0", "--database-url="+config.Database, "--dev-key="+p.key())
	p.command.Env = append(os.Environ(), config.Environment...)
	p.command.Stderr = config.Log

	said, told, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("read the server: %w", err)
	}

	p.command.Stdout = told
	err = p.command.Start()
	_ = told.Close() // The server has its own handle.

	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the server: %w", err), said.Close())
	}

	go func() {
		p.status = p.command.Wait()
		close(p.ended)
	}()

	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "Playground: "); found {
			p.URL = strings.TrimSuffix(url, "/playground/")

			go func() {
				_, _ = io.Copy(io.Discard, said)
				_ = said.Close() // It was only read.
			}()

			return p, nil
		}
	}

	<-p.ended

	return nil, errors.Join(errors.New("the server ended before it said where it is"), p.status, said.Close())
}

func (p *Program) key() string { return filepath.Join(p.config.Directory, "key.json") }

// ID is the process's id.
func (p *Program) ID() int { return p.command.Process.Pid }

// Stop tells the server to end, and says whether it ended well.
func (p *Program) Stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}

	<-p.ended

	return p.status
}

// Kill ends the server by SIGKILL, and waits until it is gone.
func (p *Program) Kill() {
	_ = p.command.Process.Kill() // It may have ended by itself.
	<-p.ended
}

// Check fails if the database breaks a rule.
func (p *Program) Check(ctx context.Context) error {
	said, err := exec.CommandContext(ctx, p.config.Binary, "check", "--database-url="+p.config.Database).CombinedOutput() //nolint:gosec // Ours.
	if err != nil {
		return fmt.Errorf("autoclaim check: %w\n%s", err, said)
	}

	return nil
}

// Token is one of a caller of the demo tenant, good for longer than any run.
func (p *Program) Token(user string, roles ...auth.Role) (string, error) {
	issuer, err := auth.OpenDevIssuer(p.key(), time.Now)
	if err != nil {
		return "", err
	}

	return issuer.Sign(auth.Identity{
		TenantExternalID: "demo", UserExternalID: user, Roles: auth.NewRoles(roles...),
	}, 12*time.Hour)
}

// Request is an operation with its variables.
type Request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

// Refusal is an answer that is an error.
type Refusal struct{ Code, Message string }

// Error implements error.
func (r *Refusal) Error() string { return "the server says: " + r.Message }

// Send runs an operation at a server and reads its data. id goes with it as the request's id, unless it is "".
func Send(ctx context.Context, client *http.Client, url, token, id string, operation Request, into any) error {
	body, err := json.Marshal(operation)
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
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
		return fmt.Errorf("receive: %w", err)
	}

	if len(answer.Errors) > 0 {
		return &Refusal{Code: answer.Errors[0].Extensions.Code, Message: answer.Errors[0].Message}
	}

	return json.Unmarshal(answer.Data, into)
}
