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
	"github.com/autoclaim/autoclaim/test/faults/stage"
)

const (
	warmUp = 500 * time.Millisecond
	// internal is the code of what the server did not expect.
	internal = "INTERNAL"
	// recovery is how long the servers get to answer again, by themselves.
	recovery = 30 * time.Second
)

// result is what a run showed.
type result struct {
	seed     uint64
	injected int
	calls    int
	open     int // Calls without a definite answer.
	claimed  int // Claims that were acknowledged.
	changed  int // Acknowledged changes by admins.
	// away is the longest time without an answer, and back the longest from a fault's end to the next answer.
	away, back time.Duration
	// ended is when faults were over.
	ended    []time.Duration
	failures map[string]int
	broken   []checker.Violation
}

func (r *result) count(kind checker.Kind) int {
	n := 0

	for _, violation := range r.broken {
		if violation.Kind == kind {
			n++
		}
	}

	return n
}

// play is one run of a fault: clients work, the fault happens so many times, and then everything is checked.
func play(ctx context.Context, f fault, seed uint64, times int, postgres *testdb.Instance) (r result, err error) {
	r = result{seed: seed, failures: make(map[string]int)}

	s, err := stage.New(ctx, f.plan, postgres)
	defer func() { err = errors.Join(err, s.Close()) }()

	if err != nil {
		return r, err
	}

	log := history.NewLog()

	d, err := driver.New(log, s.Servers[0].Run(), s.URLs, seed)
	if err != nil {
		return r, err
	}

	if err := d.Prepare(ctx); err != nil {
		return r, fmt.Errorf("prepare the tenant: %w", err)
	}

	d.Start()

	choose := rand.New(rand.NewPCG(seed, 1<<32)) //nolint:gosec // No secret.
	between(ctx, choose, warmUp, 2*warmUp)

	began := log.Now()
	if err = disturb(ctx, f, s, log, choose, times, &r); err == nil {
		err = awaitAnswers(ctx, s, d)
	}

	between(ctx, choose, warmUp, 2*warmUp)
	d.Stop()

	calls := log.Calls()
	r.away = history.Away(calls, began, log.Now())

	for _, ended := range r.ended {
		r.back = max(r.back, history.Back(calls, ended))
	}

	r.sum(calls)

	if err = errors.Join(err, endAll(s)); err != nil {
		return r, err
	}

	if err := s.Servers[0].Run().Check(ctx); err != nil {
		r.broken = append(r.broken, checker.Violation{Kind: checker.WrongState, What: err.Error()})
	}

	database, err := s.Read(ctx, log.Start())
	if err != nil {
		return r, fmt.Errorf("read the database: %w", err)
	}

	r.broken = append(r.broken, checker.Check(calls, database)...)
	r.broken = append(r.broken, s.Refuses(ctx)...)

	// A busy machine may keep a call waiting for too long; anything else has a reason.
	if failed := r.failures[internal]; f.name == "none" && failed > 0 {
		r.broken = append(r.broken, checker.Violation{
			Kind: checker.WrongAnswer, What: fmt.Sprintf("%d calls failed by an error of the server though nothing else did", failed),
		})
	}

	return r, nil
}

func disturb(
	ctx context.Context, f fault, s *stage.Stage, log *history.Log, choose *rand.Rand, times int, r *result,
) error {
	if f.once {
		times = 1
	}

	for range times {
		if err := f.inject(ctx, s, choose); err != nil {
			return fmt.Errorf("let it happen: %w", err)
		}

		r.injected++
		r.ended = append(r.ended, log.Now())

		between(ctx, choose, 500*time.Millisecond, 1500*time.Millisecond)
	}

	return ctx.Err()
}

// awaitAnswers waits until each server answers again. Nobody restarts one for that.
func awaitAnswers(ctx context.Context, s *stage.Stage, d *driver.Driver) error {
	deadline := time.Now().Add(recovery)

	for server := range s.Servers {
		for number := 0; ; number++ {
			err := d.Probe(ctx, server, number)
			if err == nil {
				break
			}

			if time.Now().After(deadline) {
				return fmt.Errorf("server %d does not come back: %w", server, err)
			}

			between(ctx, rand.New(rand.NewPCG(1, 1)), 50*time.Millisecond, 100*time.Millisecond) //nolint:gosec // No secret.
		}
	}

	return nil
}

func (r *result) sum(calls []history.Call) {
	r.calls = len(calls)

	for _, call := range calls {
		switch {
		case !call.Answered:
			r.open++
			r.failures[call.Failure]++
		case call.Outcome == "CLAIMED":
			r.claimed++
		case call.Operation != history.Claim && call.Refused == "":
			r.changed++
		}
	}
}
