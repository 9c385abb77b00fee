package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/test/faults/checker"
	"github.com/autoclaim/autoclaim/test/faults/driver"
	"github.com/autoclaim/autoclaim/test/faults/history"
	"github.com/autoclaim/autoclaim/test/faults/testbed"
)

const (
	warmUp = 500 * time.Millisecond
	// internalError is the code of an unexpected error in the server.
	internalError = "INTERNAL"
	// recoveryLimit is the time within which the servers must answer again without a restart.
	recoveryLimit = 30 * time.Second
)

// result is the result of one run.
type result struct {
	seed     uint64
	injected int
	calls    int
	// unanswered is the number of calls without a definite response.
	unanswered int
	// claimed is the number of acknowledged claims, changed the number of acknowledged changes by admins.
	claimed, changed int
	// outage is the longest time without a response, recovery the longest time from the end of a fault to the next
	// response.
	outage, recovery time.Duration
	// faultEnds are the times at which faults ended.
	faultEnds []time.Duration
	// failures counts the unanswered calls by error code.
	failures   map[string]int
	violations []checker.Violation
}

func (r *result) count(kind checker.Kind) int {
	n := 0

	for _, violation := range r.violations {
		if violation.Kind == kind {
			n++
		}
	}

	return n
}

// runFault runs clients, injects the fault the given number of times, and checks everything afterwards.
func runFault(ctx context.Context, f fault, seed uint64, times int, postgres *testdb.Instance) (r result, err error) {
	r = result{seed: seed, failures: make(map[string]int)}

	b, err := testbed.New(ctx, f.config, postgres)
	defer func() { err = errors.Join(err, b.Close()) }()

	if err != nil {
		return r, err
	}

	log := history.NewLog()

	d, err := driver.New(log, b.Servers[0].Process(), b.URLs, seed)
	if err != nil {
		return r, err
	}

	if err := d.Prepare(ctx); err != nil {
		return r, fmt.Errorf("prepare the tenant: %w", err)
	}

	d.Start()

	random := rand.New(rand.NewPCG(seed, 1<<32)) //nolint:gosec // No secret.
	sleepBetween(ctx, random, warmUp, 2*warmUp)

	began := log.Now()
	if err = injectFaults(ctx, f, b, log, random, times, &r); err == nil {
		err = awaitResponses(ctx, b, d)
	}

	sleepBetween(ctx, random, warmUp, 2*warmUp)
	d.Stop()

	calls := log.Calls()
	r.outage = history.LongestOutage(calls, began, log.Now())

	for _, ended := range r.faultEnds {
		r.recovery = max(r.recovery, history.RecoveryTime(calls, ended))
	}

	r.countCalls(calls)

	if err = errors.Join(err, stopServers(b)); err != nil {
		return r, err
	}

	if err := b.Servers[0].Process().Check(ctx); err != nil {
		r.violations = append(r.violations, checker.Violation{Kind: checker.WrongState, Message: err.Error()})
	}

	database, err := b.Database(ctx, log.Start())
	if err != nil {
		return r, fmt.Errorf("read the database: %w", err)
	}

	r.violations = append(r.violations, checker.Check(calls, database)...)
	r.violations = append(r.violations, b.TryDuplicateLicense(ctx)...)

	// On a busy machine calls can time out without a fault, but the server must not report internal errors.
	if failed := r.failures[internalError]; f.name == "none" && failed > 0 {
		r.violations = append(r.violations, checker.Violation{
			Kind: checker.WrongAnswer, Message: fmt.Sprintf("%d calls failed with an internal error although no fault was injected", failed),
		})
	}

	return r, nil
}

func injectFaults(
	ctx context.Context, f fault, b *testbed.Testbed, log *history.Log, random *rand.Rand, times int, r *result,
) error {
	if f.once {
		times = 1
	}

	for range times {
		if err := f.inject(ctx, b, random); err != nil {
			return fmt.Errorf("inject the fault: %w", err)
		}

		r.injected++
		r.faultEnds = append(r.faultEnds, log.Now())

		sleepBetween(ctx, random, 500*time.Millisecond, 1500*time.Millisecond)
	}

	return ctx.Err()
}

// awaitResponses waits until each server answers again. It restarts none of them.
func awaitResponses(ctx context.Context, b *testbed.Testbed, d *driver.Driver) error {
	deadline := time.Now().Add(recoveryLimit)

	for server := range b.Servers {
		for number := 0; ; number++ {
			err := d.Probe(ctx, server, number)
			if err == nil {
				break
			}

			if time.Now().After(deadline) {
				return fmt.Errorf("server %d did not recover: %w", server, err)
			}

			sleepBetween(ctx, rand.New(rand.NewPCG(1, 1)), 50*time.Millisecond, 100*time.Millisecond) //nolint:gosec // No secret.
		}
	}

	return nil
}

func (r *result) countCalls(calls []history.Call) {
	r.calls = len(calls)

	for _, call := range calls {
		switch {
		case !call.Answered:
			r.unanswered++
			r.failures[call.Failure]++
		case call.Outcome == "CLAIMED":
			r.claimed++
		case call.Operation != history.Claim && call.Refused == "":
			r.changed++
		}
	}
}
