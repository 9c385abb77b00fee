package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// measurePooler compares three servers on the same database: one with a direct connection, one that connects through
// PgBouncer in transaction mode, and one with a direct connection but without prepared statements. The last one shows
// which part of the cost comes from the pooler itself.
func (b *testbed) measurePooler(ctx context.Context, directory string, rounds int) error {
	poolerURL, err := b.cluster.Pooled(b.database)
	if err != nil {
		return err
	}

	if err := os.Setenv("AUTOCLAIM_DIRECT_DATABASE_URL", b.database); err != nil {
		return fmt.Errorf("set the direct database URL: %w", err)
	}

	pooled, err := startServer(ctx, b.server.binary, poolerURL, directory)
	if err != nil {
		return err
	}

	unprepared, err := startServer(ctx, b.server.binary, b.database+"&default_query_exec_mode=cache_describe", directory)
	if err != nil {
		return errors.Join(err, pooled.Stop())
	}

	err = b.comparePooled(ctx, rounds, pooled, unprepared)

	return errors.Join(err, pooled.Stop(), unprepared.Stop())
}

func (b *testbed) comparePooled(ctx context.Context, rounds int, pooled, unprepared *server) error {
	if err := b.addReturningUsers(ctx); err != nil {
		return err
	}

	var groups [][]measurement

	for _, kind := range []func() measurement{
		func() measurement { return b.claims(1) },
		func() measurement { return b.claims(64) },
		func() measurement { return b.repeatedSignIns(64) },
	} {
		var group []measurement

		for _, variant := range []struct {
			name   string
			server *server
		}{{"", b.server}, {", through PgBouncer", pooled}, {", no prepared statements", unprepared}} {
			signIn, err := variant.server.target("sign-in", auth.RoleSignInService)
			if err != nil {
				return err
			}

			group = append(group, measurement{kind().name + variant.name, func(ctx context.Context) (sample, error) {
				b.signIn = signIn

				return kind().run(ctx)
			}})
		}

		groups = append(groups, group)
	}

	if err := compareWithFirst(ctx, rounds, groups); err != nil {
		return err
	}

	return b.server.Check(ctx)
}
