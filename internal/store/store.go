// Package store keeps Autoclaim's data in PostgreSQL or in an SQLite file: models, queries,
// transactions and migrations. Nothing outside it knows which of the two it is.
//
// Reads go through a [Handle], writes through a [Tx]. Both belong to one tenant: a query cannot forget
// whose data it asks for. The catalog and the list of tenants, which belong to nobody, are methods of
// [Store].
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// ErrNotFound is [licensing.ErrNotFound].
var ErrNotFound = licensing.ErrNotFound

// IsNotFound says whether the error means that the tenant has no such object.
func IsNotFound(err error) bool { return licensing.IsNotFound(err) }

// maxAttempts bounds how often a transaction is tried that others keep getting in the way of.
const maxAttempts = 8

// Store is an open database. It is safe for concurrent use.
type Store struct {
	// read and write differ for SQLite alone, which has one writer and several readers.
	read, write *gorm.DB
	dialect     dialect
	// direct is the URL of the database itself, where a pooler stands in front of it.
	direct string
	feed   *livefeed.Feed
	// lookups batches reads of claimants that wait at the same moment.
	lookups *coalesce.Batcher[licensing.ID, string, licensing.ClaimantState]

	catalogMu sync.Mutex
	catalog   *licensing.Catalog
}

// Open connects to the database that the URL names: "postgres://user@host/db" (with all parameters
// that libpq's URLs have) or "sqlite:path/to/file.db". It does not migrate; see [Store.Migrate].
func Open(ctx context.Context, url string, opts ...Option) (*Store, error) {
	var with options
	for _, option := range opts {
		option(&with)
	}

	dialect, read, write, err := open(url, with)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}

	s := &Store{read: read, write: write, dialect: dialect, direct: cmp.Or(with.direct, url)}
	s.feed = livefeed.New(dialect.transport(s.write, s.direct))

	s.lookups = coalesce.New(lookupLimits(), s.readClaimants)
	s.lookups.Observe(with.lookups)

	if err := s.use(with.plugins); err != nil {
		return nil, errors.Join(err, s.Close())
	}

	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach the database: %w", err), s.Close())
	}

	return s, nil
}

func (s *Store) use(plugins []gorm.Plugin) error {
	for _, plugin := range plugins {
		for _, db := range []*gorm.DB{s.read, s.write} {
			if err := db.Use(plugin); err != nil && !errors.Is(err, gorm.ErrRegistered) {
				return fmt.Errorf("use %s: %w", plugin.Name(), err)
			}
		}
	}

	return nil
}

// Close ends all watches and all connections.
func (s *Store) Close() error {
	s.feed.Close()

	s.lookups.Close()

	errs := make([]error, 0, 2) // The reader and the writer.

	for _, db := range []*gorm.DB{s.read, s.write} {
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}

		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	pool, err := s.write.DB()
	if err != nil {
		return fmt.Errorf("get the connection pool: %w", err)
	}

	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}

	return nil
}

// Watch starts a watch of the tenant's changes; see [livefeed.Feed.Watch].
func (s *Store) Watch(ctx context.Context, tenant licensing.ID) (*livefeed.Watch, error) {
	return s.feed.Watch(ctx, tenant)
}

// For returns the handle that reads the tenant's data. Each of its calls sees what was committed
// before the call began.
func (s *Store) For(tenant licensing.ID) Handle {
	return Handle{db: s.read, tenant: tenant, dialect: s.dialect}
}

// InTx runs work in one transaction for the tenant and commits it if work returns no error. Where
// another transaction gets in the way, work runs again from the start in a new transaction, a bounded
// number of times: so it must do nothing that can't be repeated.
func (s *Store) InTx(ctx context.Context, tenant licensing.ID, work func(tx *Tx) error) error {
	var tx *Tx

	err := s.inTx(ctx, func(db *gorm.DB) error {
		tx = &Tx{Handle: Handle{db: db, tenant: tenant, dialect: s.dialect}, store: s}

		return work(tx)
	})
	if err == nil {
		s.feed.Publish(tenant, tx.change)
	}

	return err
}

func (s *Store) inTx(ctx context.Context, work func(db *gorm.DB) error) error {
	return s.repeating(ctx, func() error {
		return s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
			if err := s.dialect.beginWriting(db); err != nil {
				return err
			}

			return work(db)
		}, &sql.TxOptions{Isolation: sql.LevelDefault})
	})
}

// repeating runs a transaction until no other gets in its way, a bounded number of times.
func (s *Store) repeating(ctx context.Context, transaction func() error) error {
	for attempt := 1; ; attempt++ {
		err := transaction()
		if err == nil || !s.dialect.retryable(err) || attempt == maxAttempts {
			return err
		}

		// Transactions that met once would meet again if they waited equally long.
		pause := time.Duration(attempt) * rand.N(10*time.Millisecond) //nolint:gosec // No secret.
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

// Handle reads one tenant's data. It is a value, cheap to make and safe for concurrent use.
type Handle struct {
	db      *gorm.DB
	tenant  licensing.ID
	dialect dialect
}

// TenantID is whose data the handle reads.
func (h Handle) TenantID() licensing.ID { return h.tenant }

// from begins a query of a table of the tenant.
func (h Handle) from(ctx context.Context, model any) *gorm.DB {
	return h.db.WithContext(ctx).Model(model).Where("tenant_id = ?", h.tenant)
}

// anyOf is a condition that holds where the column is one of the ids.
func (h Handle) anyOf(column string, ids []licensing.ID) clause.Expr {
	return h.dialect.anyOf(column, ids)
}

// Tx reads and writes one tenant's data within a transaction. It must not be used concurrently.
type Tx struct {
	Handle

	store  *Store
	change livefeed.Change
}

// Catalog returns the catalog as the transaction sees it.
func (tx *Tx) Catalog(ctx context.Context) (*licensing.Catalog, error) {
	return tx.store.catalogSeenBy(tx.db.WithContext(ctx))
}

// locking begins a query whose rows nobody else can change or lock until the transaction ends.
func (tx *Tx) locking(ctx context.Context, model any) *gorm.DB {
	return tx.dialect.lockRows(tx.from(ctx, model))
}

// insert adds rows of one table.
func insert[Row any](ctx context.Context, tx *Tx, rows ...Row) error {
	if len(rows) == 0 {
		return nil
	}

	if err := tx.db.WithContext(ctx).Create(&rows).Error; err != nil {
		return fmt.Errorf("insert into %T: %w", rows, err)
	}

	return nil
}

// one returns the only row of the query, or [ErrNotFound].
func one[Row any](query *gorm.DB, what string) (Row, error) {
	var rows []Row
	if err := query.Limit(1).Find(&rows).Error; err != nil {
		var none Row

		return none, fmt.Errorf("read %s: %w", what, err)
	}

	if len(rows) == 0 {
		var none Row

		return none, fmt.Errorf("%s: %w", what, ErrNotFound)
	}

	return rows[0], nil
}

// all returns the rows of the query as domain objects.
func all[Row interface{ domain() T }, T any](query *gorm.DB, what string) ([]T, error) {
	var rows []Row
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}

	items := make([]T, len(rows))
	for i, row := range rows {
		items[i] = row.domain()
	}

	return items, nil
}
