package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	"github.com/autoclaim/autoclaim/test/faults/stage"
)

// earlier stands for the binary of an earlier version until that is built.
const earlier = "earlier"

// servers is how many server processes share the database.
const servers = 3

// fault is a row of the table: what it needs, and how to let it happen and end. What follows is the product's own
// business: nobody helps it.
type fault struct {
	name string
	plan stage.Plan
	// short says that the short table has it too.
	short bool
	// once is for faults that a run can take no second time.
	once   bool
	inject func(ctx context.Context, s *stage.Stage, choose *rand.Rand) error
}

func faults() []fault {
	return []fault{
		{name: "none", plan: stage.Plan{Servers: servers}, short: true, inject: nothing},
		{name: "server killed", plan: stage.Plan{Servers: servers}, short: true, inject: killServer},
		{name: "server told to end", plan: stage.Plan{Servers: servers}, inject: endServer},
		{name: "PostgreSQL killed", plan: stage.Plan{Servers: servers}, short: true, inject: killPostgres},
		{name: "PostgreSQL stopped at once", plan: stage.Plan{Servers: servers}, inject: stopPostgres},
		{name: "primary lost, standby promoted", plan: stage.Plan{Servers: servers, Pair: true}, short: true, once: true, inject: failOver},
		{name: "connections cut", plan: stage.Plan{Servers: servers, Linked: true}, short: true, inject: cutLinks},
		{name: "connections reset", plan: stage.Plan{Servers: servers, Linked: true}, inject: poison("reset_peer", map[string]any{"timeout": 0})},
		{name: "answers delayed", plan: stage.Plan{Servers: servers, Linked: true}, inject: poison("latency", map[string]any{"latency": 150, "jitter": 100})},
		{name: "network silent", plan: stage.Plan{Servers: servers, Linked: true}, short: true, inject: poison("timeout", map[string]any{"timeout": 0})},
		{name: "two connections for all", plan: stage.Plan{Servers: servers, Role: true}, inject: exhaust},
		{name: "clocks stepped", plan: stage.Plan{Servers: servers, Clocks: true}, inject: stepClocks},
		{name: "rolling upgrade", plan: stage.Plan{Servers: servers, Old: earlier}, once: true, inject: upgrade},
		{name: "SQLite: server killed", plan: stage.Plan{Servers: 2, SQLite: true}, short: true, inject: killServer},
		{name: "SQLite: disk full", plan: stage.Plan{Servers: 1, SQLite: true, Disk: true}, inject: fillDisk},
	}
}

func nothing(context.Context, *stage.Stage, *rand.Rand) error { return nil }

// between waits for a drawn time, so that the fault hits whatever goes on then.
func between(ctx context.Context, choose *rand.Rand, least, most time.Duration) {
	select {
	case <-time.After(least + time.Duration(choose.Int64N(int64(most-least)))):
	case <-ctx.Done():
	}
}

// killServer starts it again, as whatever keeps services running would.
func killServer(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	server := s.Servers[choose.IntN(len(s.Servers))]
	server.Kill()
	between(ctx, choose, 100*time.Millisecond, 400*time.Millisecond)

	return server.Start(ctx)
}

func endServer(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	server := s.Servers[choose.IntN(len(s.Servers))]
	if err := server.Run().Stop(); err != nil {
		return fmt.Errorf("the server did not end well: %w", err)
	}

	return server.Start(ctx)
}

func killPostgres(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	s.Postgres.Kill()
	between(ctx, choose, 100*time.Millisecond, 500*time.Millisecond)

	return s.Postgres.Start()
}

func stopPostgres(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	s.Postgres.StopAtOnce()
	between(ctx, choose, 100*time.Millisecond, 500*time.Millisecond)

	return s.Postgres.Start()
}

// failOver takes as long to notice as a watchful fail-over manager does.
func failOver(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	s.Postgres.Kill()
	between(ctx, choose, 500*time.Millisecond, time.Second)

	return s.Promote(ctx)
}

func cutLinks(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	bad := someOf(s.Links, choose)
	for _, link := range bad {
		link.Cut()
	}

	between(ctx, choose, 200*time.Millisecond, time.Second)

	var errs []error
	for _, link := range bad {
		errs = append(errs, link.Mend())
	}

	return errors.Join(errs...)
}

// poison makes the links of some servers bad for a while.
func poison(kind string, attributes map[string]any) func(context.Context, *stage.Stage, *rand.Rand) error {
	return func(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
		bad := someOf(s.Links, choose)

		var errs []error
		for _, link := range bad {
			errs = append(errs, link.Poison(kind, attributes))
		}

		between(ctx, choose, time.Second, 2*time.Second)

		for _, link := range bad {
			link.Cure(ctx)
		}

		return errors.Join(errs...)
	}
}

// someOf draws one, or all.
func someOf(links []*stage.Link, choose *rand.Rand) []*stage.Link {
	if i := choose.IntN(len(links) + 1); i < len(links) {
		return links[i : i+1]
	}

	return links
}

func exhaust(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	err := s.LimitConnections(ctx, 2)
	between(ctx, choose, time.Second, 2*time.Second)

	return errors.Join(err, s.LimitConnections(ctx, -1))
}

// stepClocks makes the servers' clocks wrong, each by its own, and steps them back and forth.
func stepClocks(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	var errs []error

	for range 5 {
		step := time.Duration(choose.Int64N(int64(12*time.Hour))) - 6*time.Hour
		if choose.IntN(2) == 0 {
			step /= 1000 // Seconds, which are more likely to be met with.
		}

		errs = append(errs, s.StepClock(choose.IntN(len(s.Servers)), step))
		between(ctx, choose, 50*time.Millisecond, 300*time.Millisecond)
	}

	return errors.Join(errs...)
}

// upgrade replaces the servers one by one, each as its operator would.
func upgrade(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	for _, server := range s.Servers {
		if err := server.Run().Stop(); err != nil {
			return fmt.Errorf("the old server did not end well: %w", err)
		}

		server.Upgrade(s.Binary)

		if err := server.Start(ctx); err != nil {
			return err
		}

		between(ctx, choose, 500*time.Millisecond, time.Second)
	}

	return nil
}

func fillDisk(ctx context.Context, s *stage.Stage, choose *rand.Rand) error {
	err := s.Disk.Fill()
	between(ctx, choose, 300*time.Millisecond, time.Second)

	return errors.Join(err, s.Disk.Free())
}

// endAll tells all servers to end, and says which of them did not end well.
func endAll(s *stage.Stage) error {
	var (
		ending sync.WaitGroup
		errs   = make([]error, len(s.Servers))
	)

	for i, server := range s.Servers {
		ending.Go(func() {
			if err := server.Run().Stop(); err != nil && !errors.Is(err, syscall.ESRCH) {
				errs[i] = fmt.Errorf("server %d did not end well: %w", i, err)
			}
		})
	}

	ending.Wait()

	return errors.Join(errs...)
}
