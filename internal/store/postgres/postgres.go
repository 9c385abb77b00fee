// Package postgres implements for PostgreSQL what differs between the store's databases. Its [Database] implements the
// interface Database of package store, which documents each method.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/livefeed"
)

const (
	// DefaultConnections is the largest number of connections unless the options say otherwise.
	DefaultConnections = 20

	connectionLifetime = time.Hour
)

// Options change how a database is opened.
type Options struct {
	// DirectURL leads to the database itself if the other URL leads to a connection pooler; empty without one.
	DirectURL string
	// Connections is how many connections are open at most; at least 2, and [DefaultConnections] if it is 0. Half of
	// them are for sign-ins only.
	Connections int
	// Tracers makes a span of each statement that is sent within a recorded span; nil for no tracing.
	Tracers trace.TracerProvider
	// Reads says that nothing is written, so that a standby will do.
	Reads bool
}

// Database is a PostgreSQL database. It is safe for concurrent use.
type Database struct {
	db, signIns         *gorm.DB
	pool, poolOfSignIns *sql.DB
	// direct is the URL of the database itself, which bypasses any pooler.
	direct string
	// pooled says that the other URL leads to a pooler.
	pooled bool
	// reads says that nothing is written, so that a standby will do.
	reads bool
	// generations are those of the connections of all pools.
	generations *generations
}

// Open returns the database that a postgres:// or postgresql:// URL names. It does not connect yet.
func Open(url string, config gorm.Config, options Options) (*Database, error) {
	const halves, minimum = 2, 2

	if options.Connections == 0 {
		options.Connections = DefaultConnections
	}

	if options.Connections < minimum {
		return nil, fmt.Errorf("%d connections are too few: at least one is for sign-ins, and one for all else", options.Connections)
	}

	d := &Database{direct: options.DirectURL, reads: options.Reads, generations: newGenerations()}
	if d.direct == "" {
		d.direct = url
	}

	d.pooled = d.direct != url

	var err error

	forSignIns := options.Connections / halves

	if d.signIns, d.poolOfSignIns, err = d.connect(url, forSignIns, config, options); err != nil {
		return nil, err
	}

	// A new connection takes longer than a sign-in, so those of sign-ins stay open.
	d.poolOfSignIns.SetMaxIdleConns(forSignIns)

	if d.db, d.pool, err = d.connect(url, options.Connections-forSignIns, config, options); err != nil {
		return nil, errors.Join(err, d.poolOfSignIns.Close())
	}

	d.pool.SetMaxIdleConns((options.Connections - forSignIns + 1) / halves)

	return d, nil
}

func (d *Database) connect(url string, connections int, config gorm.Config, options Options) (*gorm.DB, *sql.DB, error) {
	pool, err := d.openPool(url, options)
	if err != nil {
		return nil, nil, err
	}

	pool.SetMaxOpenConns(connections)
	pool.SetConnMaxLifetime(connectionLifetime)

	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), &config)
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}

	return db, pool, nil
}

// openPool opens a pool of connections. The driver is not wrapped, with or without tracing: [Database.withConnection]
// needs the driver itself.
func (d *Database) openPool(url string, options Options) (*sql.DB, error) {
	config, err := d.config(url)
	if err != nil {
		return nil, err
	}

	// A pooler may run the next transaction on another connection, on which no statements are prepared.
	if d.pooled && !strings.Contains(url, "default_query_exec_mode=") {
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}

	if options.Tracers != nil {
		config.Tracer = otelpgx.NewTracer(
			otelpgx.WithTracerProvider(options.Tracers), otelpgx.WithMeterProvider(noop.NewMeterProvider()))
	}

	prepare := prepareSession
	if d.pooled {
		// Settings could not be made: the next transaction may run on another connection.
		prepare = func(context.Context, *pgconn.PgConn, *pgx.ConnConfig) error { return nil }
	}

	d.generations.watch(config)

	return stdlib.OpenDB(*config, d.generations.options(prepare)...), nil
}

// config returns the settings of connections to a URL.
func (d *Database) config(url string) (*pgx.ConnConfig, error) {
	config, err := parseConfig(url)
	if err == nil && !d.reads {
		requirePrimary(config)
	}

	return config, err
}

// connectDirectly opens a connection to the database itself, past any pooler.
func (d *Database) connectDirectly(ctx context.Context) (*pgx.Conn, error) {
	config, err := d.config(d.direct)
	if err != nil {
		return nil, err
	}

	config.AfterConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		return prepareSession(ctx, connection, config)
	}

	return pgx.ConnectConfig(ctx, config)
}

// Close closes all connections.
func (d *Database) Close() error { return errors.Join(d.pool.Close(), d.poolOfSignIns.Close()) }

// Reader returns GORM on the connections that are not for sign-ins.
func (d *Database) Reader() *gorm.DB { return d.db }

// Writer returns the same as Reader.
func (d *Database) Writer() *gorm.DB { return d.db }

// SignInReader returns GORM on the connections for sign-ins.
func (d *Database) SignInReader() *gorm.DB { return d.signIns }

// SignInWriter returns the same as SignInReader.
func (d *Database) SignInWriter() *gorm.DB { return d.signIns }

// ConnectionPools returns the pools "main" and "sign_in".
func (d *Database) ConnectionPools() map[string]*sql.DB {
	return map[string]*sql.DB{"main": d.pool, "sign_in": d.poolOfSignIns}
}

// InTx runs work at the isolation level READ COMMITTED, whatever the default of the role or the database is.
func (d *Database) InTx(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.db.WithContext(ctx).Transaction(work, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
}

// InSignInTx runs work at the isolation level READ COMMITTED.
func (d *Database) InSignInTx(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.signIns.WithContext(ctx).Transaction(work)
}

// InSnapshot runs work at the isolation level REPEATABLE READ.
func (d *Database) InSnapshot(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.db.WithContext(ctx).Transaction(work, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// LockRows takes the weaker of PostgreSQL's exclusive row locks: rows that refer to the locked ones can still be added.
func (d *Database) LockRows(query *gorm.DB) *gorm.DB {
	return query.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// LockRowsAndReferences takes the strongest row lock. Foreign keys of new rows wait for it.
func (d *Database) LockRowsAndReferences(query *gorm.DB) *gorm.DB {
	return query.Clauses(clause.Locking{Strength: "UPDATE"})
}

// LiveFeedTransport carries announcements by NOTIFY and LISTEN.
func (d *Database) LiveFeedTransport() livefeed.Transport {
	return announcements{d}
}

// CopyTo returns an error: PostgreSQL has its own, better tools.
func (d *Database) CopyTo(context.Context, string) error {
	return errors.New("only SQLite databases can be backed up this way: for PostgreSQL, use pg_dump or pg_basebackup (see docs/backup.md)")
}
