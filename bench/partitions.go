package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// measurePartitions compares a server whose database is partitioned by tenant with one whose database is not.
func (s *stage) measurePartitions(ctx context.Context, directory string, rounds int) error {
	partitioned := &stage{cluster: s.cluster, lasting: s.lasting}

	var err error
	if partitioned.database, err = s.cluster.Database(); err != nil {
		return err
	}

	// A demo's server makes its schema by itself.
	first, err := start(ctx, s.server.binary, partitioned.database, directory)
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

	said, err := exec.CommandContext(ctx, psql, "--set=ON_ERROR_STOP=1", "--single-transaction", "--quiet", //nolint:gosec // PostgreSQL's.
		"--file=docs/partition.sql", partitioned.database).CombinedOutput()
	if err != nil {
		return fmt.Errorf("partition the database: %w\n%s", err, said)
	}

	if partitioned.server, err = start(ctx, s.server.binary, partitioned.database, directory); err != nil {
		return err
	}

	if err = partitioned.prepare(ctx); err == nil {
		err = errors.Join(s.withRegulars(ctx), partitioned.withRegulars(ctx))
	}

	if err == nil {
		var groups [][]measurement

		for _, kind := range []func(s *stage) measurement{
			func(s *stage) measurement { return s.claims(1) },
			func(s *stage) measurement { return s.claims(64) },
			func(s *stage) measurement { return s.again(64) },
		} {
			parts := kind(partitioned)
			parts.name += ", partitioned"
			groups = append(groups, []measurement{kind(s), parts})
		}

		err = compareWithFirst(ctx, rounds, groups)
	}

	if err == nil {
		err = errors.Join(s.server.Check(ctx), partitioned.server.Check(ctx))
	}

	return errors.Join(err, partitioned.server.Stop())
}
