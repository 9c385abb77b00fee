// Package store keeps Autoclaim's data in PostgreSQL or in an SQLite file: models, queries, transactions and
// migrations. What differs between the two is behind the interface [Database].
//
// Reads go through a [Handle], writes through a [Tx]. Both belong to one tenant: a query cannot forget whose data it
// asks for. The catalog and the list of tenants, which belong to no tenant, are methods of [Store].
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// maxAttempts is how often a transaction is tried that conflicts with others.
const maxAttempts = 8

// Store is an open database. It is safe for concurrent use.
type Store struct {
	database Database
	feed     *livefeed.Feed
	// turns may be nil.
	turns Turns
	// lookups batches reads of claimants that wait at the same moment.
	lookups *coalesce.Batcher[licensing.ID, string, licensing.ClaimantState]
	// matchings says how tenants compare external ids.
	matchings matchingCache

	catalogMu sync.Mutex
	catalog   *licensing.Catalog
}

// Open connects to the database that the URL names: "postgres://user@host/db" (with all parameters that libpq's URLs
// have) or "sqlite:path/to/file.db". It does not migrate; see [Store.Migrate]. Close the store after use.
func Open(ctx context.Context, url string, opts ...Option) (*Store, error) {
	var with options
	for _, option := range opts {
		option(&with)
	}

	database, err := openDatabase(url, with)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}

	s := &Store{database: database, feed: livefeed.New(database.LiveFeedTransport()), turns: with.turns}
	s.lookups = coalesce.New(lookupLimits(), s.readClaimants)
	s.lookups.Observe(with.lookups)

	if err := errors.Join(s.use(with.plugins), takeTurns(database.Reader())); err != nil {
		return nil, errors.Join(err, s.Close())
	}

	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach the database: %w", err), s.Close())
	}

	if err := database.Check(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}

	return s, nil
}

func (s *Store) use(plugins []gorm.Plugin) error {
	for _, plugin := range plugins {
		for _, db := range []*gorm.DB{s.database.Reader(), s.database.Writer(), s.database.SignInReader()} {
			if err := db.Use(plugin); err != nil && !errors.Is(err, gorm.ErrRegistered) {
				return fmt.Errorf("use %s: %w", plugin.Name(), err)
			}
		}
	}

	return nil
}

// Close ends all watches and closes all connections. The store must not be in use then.
func (s *Store) Close() error {
	s.feed.Close()
	s.lookups.Close()

	return s.database.Close()
}

// Ping returns an error if the database does not answer. It uses a connection for sign-ins.
func (s *Store) Ping(ctx context.Context) error {
	pool, err := s.database.SignInWriter().DB()
	if err != nil {
		return fmt.Errorf("get the connection pool: %w", err)
	}

	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}

	return nil
}

// Ready returns an error unless the database could write now. It uses a connection for sign-ins.
func (s *Store) Ready(ctx context.Context) error { return s.database.Ready(ctx) }

// ConnectionPools returns the pools of connections by name. They are for their statistics only.
func (s *Store) ConnectionPools() map[string]*sql.DB { return s.database.ConnectionPools() }

// Watch starts a watch of the tenant's changes; see [livefeed.Feed.Watch].
func (s *Store) Watch(ctx context.Context, tenant licensing.ID) (*livefeed.Watch, error) {
	return s.feed.Watch(ctx, tenant)
}

// For returns the handle that reads the tenant's data. Each of its calls sees what was committed before the call began,
// and waits for a turn of the tenant; see [WithTurns].
func (s *Store) For(tenant licensing.ID) Handle {
	return Handle{db: s.database.Reader(), tenant: tenant, database: s.database, turns: s.turns}
}

// ForSignIns returns a handle like [Store.For] for the few reads that a sign-in waits for. It uses the connections of
// sign-ins and waits for no turn.
func (s *Store) ForSignIns(tenant licensing.ID) Handle {
	return Handle{db: s.database.SignInReader(), tenant: tenant, database: s.database}
}

// InTx runs work in one transaction for the tenant and commits it if work returns no error. If the transaction
// conflicts with another, work runs again from the start in a new transaction, up to 8 times in all: it must do nothing
// outside of the transaction that cannot be repeated. Each attempt waits for a turn of the tenant; see [WithTurns].
func (s *Store) InTx(ctx context.Context, tenant licensing.ID, work func(tx *Tx) error) error {
	var tx *Tx

	err := s.retry(ctx, func() error {
		return s.For(tenant).InTurn(ctx, func(Handle) error {
			return s.database.InTx(ctx, func(db *gorm.DB) error {
				tx = &Tx{Handle: Handle{db: db, tenant: tenant, database: s.database}, store: s}

				return work(tx)
			})
		})
	})
	if err == nil {
		s.feed.Publish(tenant, tx.change)
	}

	return err
}

func (s *Store) inTx(ctx context.Context, work func(db *gorm.DB) error) error {
	return s.retry(ctx, func() error { return s.database.InTx(ctx, work) })
}

// retry runs a transaction again while it conflicts with others, up to maxAttempts times in all.
func (s *Store) retry(ctx context.Context, transaction func() error) error {
	for attempt := 1; ; attempt++ {
		err := transaction()
		if err == nil || attempt == maxAttempts || !s.retryable(err) {
			return err
		}

		// After equal pauses, the two transactions would conflict again.
		pause := time.Duration(attempt) * rand.N(10*time.Millisecond) //nolint:gosec // No secret.
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

func (s *Store) retryable(err error) bool {
	return s.database.Retryable(err) || errors.Is(err, errMatchingChanged)
}
