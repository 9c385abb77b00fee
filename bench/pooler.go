package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// measurePooler compares servers on the same database: one that is connected to it, one behind a PgBouncer
// that lends connections for one transaction at a time, and, to tell apart what that costs, one that is connected
// but sends statements as it must through such a pooler.
func (s *stage) measurePooler(ctx context.Context, directory string, rounds int) error {
	pooled, err := s.cluster.Pooled(s.database)
	if err != nil {
		return err
	}

	if err := os.Setenv("AUTOCLAIM_DIRECT_DATABASE_URL", s.database); err != nil {
		return fmt.Errorf("tell the server where the database is: %w", err)
	}

	behind, err := start(ctx, s.server.binary, pooled, directory)
	if err != nil {
		return err
	}

	unprepared, err := start(ctx, s.server.binary, s.database+"&default_query_exec_mode=cache_describe", directory)
	if err != nil {
		return errors.Join(err, behind.Stop())
	}

	err = s.compare(ctx, rounds, behind, unprepared)

	return errors.Join(err, behind.Stop(), unprepared.Stop())
}

func (s *stage) compare(ctx context.Context, rounds int, behind, unprepared *server) error {
	if err := s.withRegulars(ctx); err != nil {
		return err
	}

	var groups [][]measurement

	for _, kind := range []func() measurement{
		func() measurement { return s.claims(1) },
		func() measurement { return s.claims(64) },
		func() measurement { return s.again(64) },
	} {
		var group []measurement

		for _, of := range []struct {
			name   string
			server *server
		}{{"", s.server}, {", behind PgBouncer", behind}, {", statements not kept", unprepared}} {
			signIn, err := of.server.as("sign-in", auth.RoleSignInService)
			if err != nil {
				return err
			}

			group = append(group, measurement{kind().name + of.name, func(ctx context.Context) (sample, error) {
				s.signIn = signIn

				return kind().take(ctx)
			}})
		}

		groups = append(groups, group)
	}

	if err := compareWithFirst(ctx, rounds, groups); err != nil {
		return err
	}

	return s.server.Check(ctx)
}
