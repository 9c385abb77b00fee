package stage

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// limitedRole is whom servers connect as where connections are to be limited.
const limitedRole = "autoclaim_limited"

// serverURLs are the URLs by which each server knows the database.
func (s *Stage) serverURLs(ctx context.Context, name string, urls []string) ([]string, error) {
	for i := range urls {
		address, err := url.Parse(s.database)
		if err != nil {
			return nil, fmt.Errorf("read the URL: %w", err)
		}

		switch {
		case s.Linked:
			link, err := newLink(s.Postgres.Address())
			if err != nil {
				return nil, err
			}

			s.later(link.close)
			s.Links = append(s.Links, link)
			address.Host = link.address()
		case s.Role:
			address.User = url.User(limitedRole)
		}

		urls[i] = address.String()

		if s.Pair {
			// As documented for operators: both hosts, and whichever takes writes.
			urls[i] = strings.Replace(urls[i], s.Postgres.Address(), s.Postgres.Address()+","+s.Standby.Address(), 1) +
				"&target_session_attrs=read-write"
		}
	}

	if s.Role {
		return urls, s.makeRole(ctx, name)
	}

	return urls, nil
}

func (s *Stage) makeRole(ctx context.Context, database string) error {
	return execute(ctx, s.Postgres.URL("postgres"),
		"DROP ROLE IF EXISTS "+limitedRole, "CREATE ROLE "+limitedRole+" LOGIN", "ALTER DATABASE "+database+" OWNER TO "+limitedRole)
}

// LimitConnections lets the servers have so many connections between them; those that they have are ended. -1 is
// any number.
func (s *Stage) LimitConnections(ctx context.Context, most int) error {
	statements := []string{fmt.Sprintf("ALTER ROLE %s CONNECTION LIMIT %d", limitedRole, most)}
	if most >= 0 {
		statements = append(statements, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+limitedRole+"'")
	}

	return execute(ctx, s.Postgres.URL("postgres"), statements...)
}

// pair makes a primary of its own and a standby that has every commit before it is acknowledged.
func (s *Stage) pair(ctx context.Context) (err error) {
	if s.Postgres, err = testdb.NewInstance(Settings()...); err != nil {
		return err
	}

	primary := s.Postgres
	s.later(func() error {
		primary.Close()

		return nil
	})

	if err := primary.Start(); err != nil {
		return err
	}

	if s.Standby, err = primary.Standby("standby"); err != nil {
		return err
	}

	s.later(func() error {
		s.Standby.Close()

		return nil
	})

	if err := s.Standby.Start(); err != nil {
		return err
	}

	// Only now: commits wait for the standby from here on.
	return execute(ctx, primary.URL("postgres"), "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
}

// Promote makes the standby the primary, and the harness reads there.
func (s *Stage) Promote(ctx context.Context) error {
	if err := execute(ctx, s.Standby.URL("postgres"), "SELECT pg_promote()"); err != nil {
		return err
	}

	s.database = strings.Replace(s.database, s.Postgres.Address(), s.Standby.Address(), 1)

	return nil
}
