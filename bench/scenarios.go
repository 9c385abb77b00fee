package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// twoServers divides the callers between two servers on one database.
func (b *testbed) twoServers(callers int) measurement {
	return measurement{fmt.Sprintf("new claims, %d callers, two servers", callers), func(ctx context.Context) (sample, error) {
		targets := []target{b.signIn, b.second}

		var (
			running sync.WaitGroup
			samples = make([]sample, len(targets))
			errs    = make([]error, len(targets))
		)

		for i, t := range targets {
			// Each server gets its own range of new users.
			first := b.users + i*1_000_000 //nolint:mnd // More than one measurement uses.

			running.Go(func() {
				samples[i], errs[i] = runLoad(ctx, t, callers/len(targets), first, b.duration, claim(newUser, `"CLAIMED"`))
			})
		}

		running.Wait()

		b.users += 2_000_000 //nolint:mnd // As above.

		return sample{
			perSecond: samples[0].perSecond + samples[1].perSecond,
			p50:       max(samples[0].p50, samples[1].p50), p99: max(samples[0].p99, samples[1].p99),
		}, errors.Join(errs...)
	}}
}

// signInsDuringClaims measures the sign-ins of a few callers while other callers claim licenses at full speed.
func (b *testbed) signInsDuringClaims(callers, claiming int) measurement {
	return measurement{fmt.Sprintf("sign-ins, %d callers, during a storm of claims", callers), func(ctx context.Context) (sample, error) {
		var (
			running  sync.WaitGroup
			claimErr error
			claims   sample
		)

		running.Go(func() {
			claims, claimErr = runLoad(ctx, b.signIn, claiming, b.users, b.duration, claim(newUser, `"CLAIMED"`))
		})

		got, err := b.repeatedSignIns(callers).run(ctx)

		running.Wait()

		b.users += claims.requests

		return got, errors.Join(err, claimErr)
	}}
}

// peakMemory describes the peak memory of a server that has many idle connections and processes as many claims at
// the same time as its default limit allows.
func (b *testbed) peakMemory(ctx context.Context, directory string, connections int) (description string, err error) {
	const callers = 2048

	// All callers are one principal, who may use a quarter of the limit.
	server, err := startServer(ctx, b.server.binary, b.database, directory, fmt.Sprintf("AUTOCLAIM_MAX_IN_FLIGHT=%d", 4*callers)) //nolint:mnd // See above.
	if err != nil {
		return "", err
	}

	defer func() { err = errors.Join(err, server.Stop()) }()

	service, err := server.target("sign-in", auth.RoleSignInService)
	if err != nil {
		return "", err
	}

	idle := make([]net.Conn, 0, connections)

	defer func() {
		for _, connection := range idle {
			_ = connection.Close()
		}
	}()

	for range connections {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", service.address)
		if err != nil {
			return "", fmt.Errorf("connect: %w", err)
		}

		idle = append(idle, connection)
	}

	got, err := runLoad(ctx, service, callers, b.users, b.duration, claim(newUser, `"CLAIMED"`))
	if err != nil {
		return "", err
	}

	b.users += got.requests

	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(server.ID()), "status"))
	if err != nil {
		return "", fmt.Errorf("read the server's memory: %w", err)
	}

	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(peak, "\n")

	return fmt.Sprintf("%d idle connections and %d concurrent claims: %s peak", connections, callers, strings.TrimSpace(line)), nil
}

// startupTime measures the time from the start of a server to its first response.
func (b *testbed) startupTime(ctx context.Context, directory string) (time.Duration, error) {
	began := time.Now()

	p, err := startServer(ctx, b.server.binary, b.database, directory)
	if err != nil {
		return 0, err
	}

	t, err := p.target("sign-in", auth.RoleSignInService)
	if err == nil {
		var answer any
		err = t.send(ctx, `mutation { __typename }`, nil, &answer)
	}

	took := time.Since(began)

	return took, errors.Join(err, p.Stop())
}
