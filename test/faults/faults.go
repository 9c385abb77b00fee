package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	"github.com/autoclaim/autoclaim/test/faults/testbed"
)

// oldVersion stands for the binary of the old version until that is built.
const oldVersion = "old version"

// servers is the number of server processes that share the database.
const servers = 3

// fault is a row of the table. Nothing but the servers themselves repairs the effects of a fault.
type fault struct {
	name   string
	config testbed.Config
	// short includes the fault in the short table.
	short bool
	// once limits the fault to one injection per run, because it cannot be repeated.
	once bool
	// inject causes the fault and ends it.
	inject func(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error
}

func faults() []fault {
	return []fault{
		{name: "none", config: testbed.Config{Servers: servers}, short: true, inject: noFault},
		{name: "server killed", config: testbed.Config{Servers: servers}, short: true, inject: killServer},
		{name: "server stopped by SIGTERM", config: testbed.Config{Servers: servers}, inject: stopServer},
		{name: "PostgreSQL killed", config: testbed.Config{Servers: servers}, short: true, inject: killPostgres},
		{name: "PostgreSQL stopped by immediate shutdown", config: testbed.Config{Servers: servers}, inject: stopPostgres},
		{name: "primary lost, standby promoted", config: testbed.Config{Servers: servers, Pair: true}, short: true, once: true, inject: failOver},
		{name: "address leads to the standby", config: testbed.Config{Servers: servers, Pair: true, Moving: true}, short: true, inject: moveAddress},
		{name: "PostgreSQL made read-only", config: testbed.Config{Servers: servers}, inject: makeReadOnly},
		{name: "connections cut", config: testbed.Config{Servers: servers, Linked: true}, short: true, inject: cutLinks},
		{name: "connections reset", config: testbed.Config{Servers: servers, Linked: true}, inject: networkFault("reset_peer", map[string]any{"timeout": 0})},
		{name: "network delayed", config: testbed.Config{Servers: servers, Linked: true}, inject: networkFault("latency", map[string]any{"latency": 150, "jitter": 100})},
		{name: "network without replies", config: testbed.Config{Servers: servers, Linked: true}, short: true, inject: networkFault("timeout", map[string]any{"timeout": 0})},
		{name: "at most two database connections", config: testbed.Config{Servers: servers, Role: true}, inject: limitConnections},
		{name: "clocks stepped", config: testbed.Config{Servers: servers, Clocks: true}, inject: stepClocks},
		{name: "rolling upgrade", config: testbed.Config{Servers: servers, Old: oldVersion}, once: true, inject: upgrade},
		{name: "SQLite: server killed", config: testbed.Config{Servers: 2, SQLite: true}, short: true, inject: killServer},
		{name: "SQLite: disk full", config: testbed.Config{Servers: 1, SQLite: true, Disk: true}, inject: fillDisk},
	}
}

func noFault(context.Context, *testbed.Testbed, *rand.Rand) error { return nil }

// sleepBetween sleeps for a random time, so that faults happen at arbitrary points of the work.
func sleepBetween(ctx context.Context, random *rand.Rand, least, most time.Duration) {
	select {
	case <-time.After(least + time.Duration(random.Int64N(int64(most-least)))):
	case <-ctx.Done():
	}
}

// killServer kills a server and restarts it, as a service manager would.
func killServer(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	server := b.Servers[random.IntN(len(b.Servers))]
	server.Kill()
	sleepBetween(ctx, random, 100*time.Millisecond, 400*time.Millisecond)

	return server.Start(ctx)
}

func stopServer(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	server := b.Servers[random.IntN(len(b.Servers))]
	if err := server.Process().Stop(); err != nil {
		return fmt.Errorf("the server did not stop cleanly: %w", err)
	}

	return server.Start(ctx)
}

func killPostgres(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	b.Postgres.Kill()
	sleepBetween(ctx, random, 100*time.Millisecond, 500*time.Millisecond)

	return b.Postgres.Start()
}

func stopPostgres(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	b.Postgres.StopAtOnce()
	sleepBetween(ctx, random, 100*time.Millisecond, 500*time.Millisecond)

	return b.Postgres.Start()
}

// failOver kills the primary and promotes the standby after as long as a failover manager needs to notice.
func failOver(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	b.Postgres.Kill()
	sleepBetween(ctx, random, 500*time.Millisecond, time.Second)

	return b.Promote(ctx)
}

// moveAddress lets the address of the database lead to the standby for a while, which only reads, and then back. The
// connections to the standby stay open.
func moveAddress(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	for _, relay := range b.Relays {
		relay.LeadTo(b.Standby.Address())
		relay.Cut()
	}

	sleepBetween(ctx, random, time.Second, 2*time.Second)

	err := b.AwaitNotReady(ctx)

	for _, relay := range b.Relays {
		relay.LeadTo(b.Postgres.Address())
	}

	return err
}

// makeReadOnly lets PostgreSQL only read for a while, as services do when a disk fills up. All connections stay open.
func makeReadOnly(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	err := b.SetReadOnly(ctx, true)
	sleepBetween(ctx, random, time.Second, 2*time.Second)

	return errors.Join(err, b.AwaitNotReady(ctx), b.SetReadOnly(ctx, false))
}

func cutLinks(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	affected := oneOrAll(b.Links, random)
	for _, link := range affected {
		link.Cut()
	}

	sleepBetween(ctx, random, 200*time.Millisecond, time.Second)

	var errs []error
	for _, link := range affected {
		errs = append(errs, link.Restore())
	}

	return errors.Join(errs...)
}

// networkFault adds one of toxiproxy's faults to the links of some servers for a while.
func networkFault(kind string, attributes map[string]any) func(context.Context, *testbed.Testbed, *rand.Rand) error {
	return func(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
		affected := oneOrAll(b.Links, random)

		var errs []error
		for _, link := range affected {
			errs = append(errs, link.AddFault(kind, attributes))
		}

		sleepBetween(ctx, random, time.Second, 2*time.Second)

		for _, link := range affected {
			link.RemoveFaults(ctx)
		}

		return errors.Join(errs...)
	}
}

// oneOrAll returns one of the links or all of them, at random.
func oneOrAll(links []*testbed.Link, random *rand.Rand) []*testbed.Link {
	if i := random.IntN(len(links) + 1); i < len(links) {
		return links[i : i+1]
	}

	return links
}

func limitConnections(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	err := b.LimitConnections(ctx, 2)
	sleepBetween(ctx, random, time.Second, 2*time.Second)

	return errors.Join(err, b.LimitConnections(ctx, -1))
}

// stepClocks changes the clocks of single servers several times, forward and back.
func stepClocks(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	var errs []error

	for range 5 {
		step := time.Duration(random.Int64N(int64(12*time.Hour))) - 6*time.Hour
		if random.IntN(2) == 0 {
			step /= 1000 // Steps of seconds are more likely in practice.
		}

		errs = append(errs, b.StepClock(random.IntN(len(b.Servers)), step))
		sleepBetween(ctx, random, 50*time.Millisecond, 300*time.Millisecond)
	}

	return errors.Join(errs...)
}

// upgrade replaces the servers one after the other, as an operator would.
func upgrade(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	for _, server := range b.Servers {
		if err := server.Process().Stop(); err != nil {
			return fmt.Errorf("the old server did not stop cleanly: %w", err)
		}

		server.Upgrade(b.Binary)

		if err := server.Start(ctx); err != nil {
			return err
		}

		sleepBetween(ctx, random, 500*time.Millisecond, time.Second)
	}

	return nil
}

func fillDisk(ctx context.Context, b *testbed.Testbed, random *rand.Rand) error {
	err := b.Disk.Fill()
	sleepBetween(ctx, random, 300*time.Millisecond, time.Second)

	return errors.Join(err, b.Disk.Free())
}

// stopServers stops all servers, and returns an error for each that did not stop cleanly.
func stopServers(b *testbed.Testbed) error {
	var (
		stopping sync.WaitGroup
		errs     = make([]error, len(b.Servers))
	)

	for i, server := range b.Servers {
		stopping.Go(func() {
			if err := server.Process().Stop(); err != nil && !errors.Is(err, syscall.ESRCH) {
				errs[i] = fmt.Errorf("server %d did not stop cleanly: %w", i, err)
			}
		})
	}

	stopping.Wait()

	return errors.Join(errs...)
}
