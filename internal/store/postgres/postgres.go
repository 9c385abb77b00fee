// Package postgres implements for PostgreSQL what differs between the store's databases. Its [Database] implements the
// interface Database of package store, which documents each method.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/livefeed"
)

const (
	maxConnections     = 20
	maxIdleConnections = 10
	connectionLifetime = time.Hour
)

// Options change how a database is opened.
type Options struct {
	// DirectURL leads to the database itself if the other URL leads to a connection pooler; empty without one.
	DirectURL string
	// Tracers makes a span of each statement that is sent within a recorded span; nil for no tracing.
	Tracers trace.TracerProvider
}

// Database is a PostgreSQL database. It is safe for concurrent use.
type Database struct {
	db   *gorm.DB
	pool *sql.DB
	// direct is the URL of the database itself, which bypasses any pooler.
	direct string
	// pooled says that the other URL leads to a pooler.
	pooled bool
}

// Open returns the database that a postgres:// or postgresql:// URL names. It does not connect yet.
func Open(url string, config gorm.Config, options Options) (*Database, error) {
	pool, err := openPool(url, options)
	if err != nil {
		return nil, err
	}

	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), &config)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}

	direct := options.DirectURL
	if direct == "" {
		direct = url
	}

	return &Database{db: db, pool: pool, direct: direct, pooled: direct != url}, nil
}

// openPool opens a pool of connections. The driver is not wrapped, with or without tracing: [Database.withConnection]
// needs the driver itself.
func openPool(url string, options Options) (*sql.DB, error) {
	config, err := parseConfig(url)
	if err != nil {
		return nil, err
	}

	// A pooler may run the next transaction on another connection, on which no statements are prepared.
	pooled := options.DirectURL != "" && options.DirectURL != url
	if pooled && !strings.Contains(url, "default_query_exec_mode=") {
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}

	if options.Tracers != nil {
		config.Tracer = otelpgx.NewTracer(
			otelpgx.WithTracerProvider(options.Tracers), otelpgx.WithMeterProvider(noop.NewMeterProvider()))
	}

	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(maxIdleConnections)
	pool.SetConnMaxLifetime(connectionLifetime)

	return pool, nil
}

// Close closes all connections.
func (d *Database) Close() error { return d.pool.Close() }

// Reader returns GORM on the database's only connection pool.
func (d *Database) Reader() *gorm.DB { return d.db }

// Writer returns the same as Reader.
func (d *Database) Writer() *gorm.DB { return d.db }

// ConnectionPools returns the only pool, as "main".
func (d *Database) ConnectionPools() map[string]*sql.DB { return map[string]*sql.DB{"main": d.pool} }

// InTx runs work at the default isolation level, READ COMMITTED.
func (d *Database) InTx(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.db.WithContext(ctx).Transaction(work)
}

// InSnapshot runs work at the isolation level REPEATABLE READ.
func (d *Database) InSnapshot(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.db.WithContext(ctx).Transaction(work, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// LockRows takes the weaker of PostgreSQL's exclusive row locks: rows that refer to the locked ones can still be added.
func (d *Database) LockRows(query *gorm.DB) *gorm.DB {
	return query.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// LiveFeedTransport carries announcements by NOTIFY and LISTEN.
func (d *Database) LiveFeedTransport() livefeed.Transport {
	return announcements{db: d.db, direct: d.direct}
}

// CopyTo returns an error: PostgreSQL has its own, better tools.
func (d *Database) CopyTo(context.Context, string) error {
	return errors.New("only SQLite databases can be backed up this way: for PostgreSQL, use pg_dump or pg_basebackup (see docs/backup.md)")
}
