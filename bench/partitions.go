package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// measurePartitions compares a server on a database that is partitioned by tenant with one on a plain database.
func (b *testbed) measurePartitions(ctx context.Context, directory string, rounds int) error {
	partitioned := &testbed{cluster: b.cluster, duration: b.duration}

	var err error
	if partitioned.database, err = b.cluster.Database(); err != nil {
		return err
	}

	// The demo server creates the schema when it starts.
	first, err := startServer(ctx, b.server.binary, partitioned.database, directory)
	if err != nil {
		return err
	}

	if err := first.Stop(); err != nil {
		return err
	}

	psql, err := testdb.Program("psql")
	if err != nil {
		return err
	}

	output, err := exec.CommandContext(ctx, psql, "--set=ON_ERROR_STOP=1", "--single-transaction", "--quiet", //nolint:gosec // The program is PostgreSQL's own.
		"--file=docs/partition.sql", partitioned.database).CombinedOutput()
	if err != nil {
		return fmt.Errorf("partition the database: %w\n%s", err, output)
	}

	if partitioned.server, err = startServer(ctx, b.server.binary, partitioned.database, directory); err != nil {
		return err
	}

	if err = partitioned.prepare(ctx); err == nil {
		err = errors.Join(b.addReturningUsers(ctx), partitioned.addReturningUsers(ctx))
	}

	if err == nil {
		var groups [][]measurement

		for _, kind := range []func(b *testbed) measurement{
			func(b *testbed) measurement { return b.claims(1) },
			func(b *testbed) measurement { return b.claims(64) },
			func(b *testbed) measurement { return b.repeatedSignIns(64) },
		} {
			parts := kind(partitioned)
			parts.name += ", partitioned"
			groups = append(groups, []measurement{kind(b), parts})
		}

		err = compareWithFirst(ctx, rounds, groups)
	}

	if err == nil {
		err = errors.Join(b.server.Check(ctx), partitioned.server.Check(ctx))
	}

	return errors.Join(err, partitioned.server.Stop())
}
