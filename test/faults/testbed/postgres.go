package testbed

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// limitedRole is the database role of servers whose connections are limited.
const limitedRole = "autoclaim_limited"

// serverURLs returns the database URL of each server.
func (b *Testbed) serverURLs(ctx context.Context, name string, urls []string) ([]string, error) {
	for i := range urls {
		address, err := url.Parse(b.database)
		if err != nil {
			return nil, fmt.Errorf("parse the database URL: %w", err)
		}

		switch {
		case b.Linked:
			link, err := newLink(b.Postgres.Address())
			if err != nil {
				return nil, err
			}

			b.addCleanup(link.close)
			b.Links = append(b.Links, link)
			address.Host = link.address()
		case b.Moving:
			relay, err := testdb.NewRelay(b.Postgres.Address())
			if err != nil {
				return nil, err
			}

			b.addCleanup(relay.Close)
			b.Relays = append(b.Relays, relay)
			address.Host = relay.Address()
		case b.Role:
			address.User = url.User(limitedRole)
		}

		urls[i] = address.String()

		if b.Pair && !b.Moving {
			// As documented for operators: both hosts; the driver uses the one that accepts writes.
			urls[i] = strings.Replace(urls[i], b.Postgres.Address(), b.Postgres.Address()+","+b.Standby.Address(), 1) +
				"&target_session_attrs=read-write"
		}
	}

	if b.Role {
		return urls, b.makeRole(ctx, name)
	}

	return urls, nil
}

func (b *Testbed) makeRole(ctx context.Context, database string) error {
	return execute(ctx, b.Postgres.URL("postgres"),
		"DROP ROLE IF EXISTS "+limitedRole, "CREATE ROLE "+limitedRole+" LOGIN", "ALTER DATABASE "+database+" OWNER TO "+limitedRole)
}

// LimitConnections limits the connections of all servers together, and closes the existing ones. -1 removes the limit.
func (b *Testbed) LimitConnections(ctx context.Context, limit int) error {
	statements := []string{fmt.Sprintf("ALTER ROLE %s CONNECTION LIMIT %d", limitedRole, limit)}
	if limit >= 0 {
		statements = append(statements, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+limitedRole+"'")
	}

	return execute(ctx, b.Postgres.URL("postgres"), statements...)
}

// SetReadOnly lets PostgreSQL only read, or write again. Its connections stay open.
func (b *Testbed) SetReadOnly(ctx context.Context, readOnly bool) error {
	return execute(ctx, b.Postgres.URL("postgres"),
		fmt.Sprintf("ALTER SYSTEM SET default_transaction_read_only = %t", readOnly), "SELECT pg_reload_conf()")
}

// startPair starts a separate primary with a synchronous standby.
func (b *Testbed) startPair(ctx context.Context) (err error) {
	if b.Postgres, err = testdb.NewInstance(Settings()...); err != nil {
		return err
	}

	primary := b.Postgres
	b.addCleanup(func() error {
		primary.Close()

		return nil
	})

	if err := primary.Start(); err != nil {
		return err
	}

	if b.Standby, err = primary.Standby("standby"); err != nil {
		return err
	}

	b.addCleanup(func() error {
		b.Standby.Close()

		return nil
	})

	if err := b.Standby.Start(); err != nil {
		return err
	}

	// From here on, commits wait for the standby.
	return execute(ctx, primary.URL("postgres"), "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
}

// Promote makes the standby the primary. Database reads from it afterwards.
func (b *Testbed) Promote(ctx context.Context) error {
	if err := execute(ctx, b.Standby.URL("postgres"), "SELECT pg_promote()"); err != nil {
		return err
	}

	b.database = strings.Replace(b.database, b.Postgres.Address(), b.Standby.Address(), 1)

	return nil
}
