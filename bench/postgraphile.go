package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// postgraphileDirectory has the PostGraphile server, alternative (b), and its npm packages.
const postgraphileDirectory = "bench/postgraphile"

// startPostGraphile starts PostGraphile on the same tables. It runs the claim as a function in the database.
func (b *testbed) startPostGraphile(ctx context.Context) (stop func() error, err error) {
	function, err := os.ReadFile(filepath.Join(postgraphileDirectory, "claim.sql"))
	if err != nil {
		return nil, fmt.Errorf("read the claim function: %w", err)
	}

	db, err := sql.Open("pgx", b.database)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}

	_, err = db.ExecContext(ctx, string(function))
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("create the claim function: %w", err)
	}

	command := exec.CommandContext(ctx, "./node_modules/.bin/node", "server.mjs", b.database) //nolint:gosec // Ours.
	command.Dir = postgraphileDirectory
	command.Env = append(os.Environ(), "NODE_ENV=production", "GRAPHILE_ENV=production")
	command.Stderr = os.Stderr

	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("open PostGraphile's output: %w", err)
	}

	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start PostGraphile: %w", err)
	}

	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("PostGraphile ended before it printed its address: %w", err), command.Wait())
	}

	address, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(url), "http://"), "/")
	b.postgraphile = target{address: address, path: "/" + path}

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

// postgraphileVariables returns the variables of the claim and of the lookup.
func (b *testbed) postgraphileVariables() map[string]any {
	return map[string]any{"tenant": b.ids.tenant, "app": b.ids.app, "username": userPlaceholder}
}

func (b *testbed) postgraphileClaim(user func(n int) string, answer string) operation {
	return userOperation(postgraphileClaim, map[string]any{"input": b.postgraphileVariables()}, user, answer)
}

func (b *testbed) postgraphileClaims(callers int) measurement {
	return measurement{fmt.Sprintf("(b) PostGraphile: new claims, %d callers", callers), func(ctx context.Context) (sample, error) {
		got, err := runLoad(ctx, b.postgraphile, callers, b.users, b.duration,
			b.postgraphileClaim(newUser, `"CLAIMED"`))
		b.users += got.requests

		return got, err
	}}
}

func (b *testbed) postgraphileSignIns(callers int) measurement {
	return measurement{fmt.Sprintf("(b) PostGraphile: sign-ins, %d callers", callers), func(ctx context.Context) (sample, error) {
		return runLoad(ctx, b.postgraphile, callers, 0, b.duration,
			b.postgraphileClaim(returningUser, `"ALREADY_LICENSED"`))
	}}
}

func (b *testbed) postgraphileLookups(callers int) measurement {
	return measurement{fmt.Sprintf("(b) PostGraphile: lookup query, %d callers", callers), func(ctx context.Context) (sample, error) {
		return runLoad(ctx, b.postgraphile, callers, 0, b.duration,
			userOperation(postgraphileLookup, b.postgraphileVariables(), returningUser, `"whoHolds":"`))
	}}
}
