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

// twoServers shares the callers between two processes on one database.
func (s *stage) twoServers(callers int) measurement {
	return measurement{fmt.Sprintf("new claims, %d callers, two servers", callers), func(ctx context.Context) (sample, error) {
		targets := []target{s.signIn, s.other}

		var (
			sharing sync.WaitGroup
			samples = make([]sample, len(targets))
			errs    = make([]error, len(targets))
		)

		for i, t := range targets {
			// Each has numbers of its own, with room between.
			first := s.users + i*1_000_000 //nolint:mnd // More than a measurement takes.

			sharing.Go(func() {
				samples[i], errs[i] = load(ctx, t, callers/len(targets), first, s.lasting, claim(newUser, `"CLAIMED"`))
			})
		}

		sharing.Wait()

		s.users += 2_000_000 //nolint:mnd // As above.

		return sample{
			perSecond: samples[0].perSecond + samples[1].perSecond,
			p50:       max(samples[0].p50, samples[1].p50), p99: max(samples[0].p99, samples[1].p99),
		}, errors.Join(errs...)
	}}
}

// storm measures sign-ins of few callers while others claim as fast as they can.
func (s *stage) storm(callers, claiming int) measurement {
	return measurement{fmt.Sprintf("sign-ins, %d callers, during a storm", callers), func(ctx context.Context) (sample, error) {
		var (
			storm  sync.WaitGroup
			failed error
			taken  sample
		)

		storm.Go(func() {
			taken, failed = load(ctx, s.signIn, claiming, s.users, s.lasting, claim(newUser, `"CLAIMED"`))
		})

		got, err := s.again(callers).take(ctx)

		storm.Wait()

		s.users += taken.requests

		return got, errors.Join(err, failed)
	}}
}

// footprint is what a server takes of the machine with many connections that do nothing, and as many claims in work
// as it lets in by default.
func (s *stage) footprint(ctx context.Context, directory string, connections int) (said string, err error) {
	const callers = 2048

	// They all are of one principal, who gets a quarter.
	server, err := start(ctx, s.server.binary, s.database, directory, fmt.Sprintf("AUTOCLAIM_MAX_IN_FLIGHT=%d", 4*callers)) //nolint:mnd // As said.
	if err != nil {
		return "", err
	}

	defer func() { err = errors.Join(err, server.Stop()) }()

	service, err := server.as("sign-in", auth.RoleSignInService)
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

	got, err := load(ctx, service, callers, s.users, s.lasting, claim(newUser, `"CLAIMED"`))
	if err != nil {
		return "", err
	}

	s.users += got.requests

	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(server.ID()), "status"))
	if err != nil {
		return "", fmt.Errorf("read the server's memory: %w", err)
	}

	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(peak, "\n")

	return fmt.Sprintf("%d idle connections, %d callers that claim at once: %s at the most", connections, callers, strings.TrimSpace(line)), nil
}

// readyIn is how long a server takes from its start to its first answer.
func (s *stage) readyIn(ctx context.Context, directory string) (time.Duration, error) {
	began := time.Now()

	p, err := start(ctx, s.server.binary, s.database, directory)
	if err != nil {
		return 0, err
	}

	t, err := p.as("sign-in", auth.RoleSignInService)
	if err == nil {
		var answer any
		err = t.send(ctx, `mutation { __typename }`, nil, &answer)
	}

	took := time.Since(began)

	return took, errors.Join(err, p.Stop())
}
