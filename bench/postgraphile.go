package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// postgraphileDirectory has the rival (b), with what it needs of npm.
const postgraphileDirectory = "bench/postgraphile"

// startPostGraphile serves the claim as a function in the database, beside the server and on the same tables.
func (s *stage) startPostGraphile(ctx context.Context) (stop func() error, err error) {
	function, err := os.ReadFile(filepath.Join(postgraphileDirectory, "claim.sql"))
	if err != nil {
		return nil, fmt.Errorf("read the rival's function: %w", err)
	}

	db, err := sql.Open("pgx", s.database)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}

	_, err = db.ExecContext(ctx, string(function))
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("create the rival's function: %w", err)
	}

	command := exec.CommandContext(ctx, "./node_modules/.bin/node", "server.mjs", s.database) //nolint:gosec // Ours.
	command.Dir = postgraphileDirectory
	command.Env = append(os.Environ(), "NODE_ENV=production", "GRAPHILE_ENV=production")
	command.Stderr = os.Stderr

	said, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read PostGraphile: %w", err)
	}

	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start PostGraphile: %w", err)
	}

	url, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("PostGraphile ended before it said where it is: %w", err), command.Wait())
	}

	address, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(url), "http://"), "/")
	s.postgraphile = target{address: address, path: "/" + path}

	return func() error {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			return fmt.Errorf("stop PostGraphile: %w", err)
		}

		return command.Wait()
	}, nil
}

const (
	postgraphileClaim  = `mutation Claim($input: ClaimLicenseInput!) { claimLicense(input: $input) { result } }`
	postgraphileLookup = `query Lookup($tenant: UUID!, $app: UUID!, $username: String!) {
		whoHolds(tenant: $tenant, app: $app, username: $username) }`
)

// postgraphileOperation fills the operation of each request with its user.
func (s *stage) postgraphileOperation(query string, input bool, user func(n int) string, answer string) operation {
	variables := map[string]any{"tenant": s.ids.tenant, "app": s.ids.app, "username": "@"}
	if input {
		variables = map[string]any{"input": variables}
	}

	before, after, _ := bytes.Cut(graphQL(query, variables), []byte("@"))

	return operation{
		body:   func(n int) []byte { return slices.Concat(before, []byte(user(n)), after) },
		accept: func(body []byte) bool { return bytes.Contains(body, []byte(answer)) },
	}
}

func (s *stage) postgraphileClaims(callers int) measurement {
	return measurement{fmt.Sprintf("(b) PostGraphile: new claims, %d callers", callers), func(ctx context.Context) (sample, error) {
		got, err := load(ctx, s.postgraphile, callers, s.users, s.lasting,
			s.postgraphileOperation(postgraphileClaim, true, newUser, `"CLAIMED"`))
		s.users += got.requests

		return got, err
	}}
}

func (s *stage) postgraphileAgain(callers int) measurement {
	return measurement{fmt.Sprintf("(b) PostGraphile: sign-ins, %d callers", callers), func(ctx context.Context) (sample, error) {
		return load(ctx, s.postgraphile, callers, 0, s.lasting,
			s.postgraphileOperation(postgraphileClaim, true, regular, `"ALREADY_LICENSED"`))
	}}
}

func (s *stage) postgraphileLookups(callers int) measurement {
	return measurement{fmt.Sprintf("(b) PostGraphile: the lookup as a query, %d callers", callers), func(ctx context.Context) (sample, error) {
		return load(ctx, s.postgraphile, callers, 0, s.lasting,
			s.postgraphileOperation(postgraphileLookup, false, regular, `"whoHolds":"`))
	}}
}
