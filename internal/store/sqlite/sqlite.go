// Package sqlite implements for SQLite what differs between the store's databases. Its [Database] implements the
// interface Database of package store, which documents each method.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"

	"github.com/XSAM/otelsql"
	"github.com/glebarez/sqlite"
	"go.opentelemetry.io/otel/metric/noop"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// minReaders is the least number of connections that read. They wait for the disk at times, so there are several
// even on one CPU.
const minReaders = 4

// Options change how a database is opened.
type Options struct {
	// Tracers makes a span of each statement that is sent within a recorded span; nil for no tracing.
	Tracers trace.TracerProvider
}

// Database is an SQLite file in WAL mode, in which readers and the writer do not wait for each other. It is safe for
// concurrent use.
type Database struct {
	path                string
	reader, writer      *gorm.DB
	readPool, writePool *sql.DB
}

// Open opens the file, and creates one that does not exist, readable by its owner only.
func Open(path string, config gorm.Config, options Options) (*Database, error) {
	if path == "" || path == ":memory:" {
		return nil, errors.New("the SQLite URL must name a file, such as sqlite:autoclaim.db")
	}

	if err := createFile(path); err != nil {
		return nil, err
	}

	d := &Database{path: path}

	var err error

	// The writer comes first: it sets the file's journal mode.
	d.writer, d.writePool, err = connect(path, 1, config, options)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}

	d.reader, d.readPool, err = connect(path, max(minReaders, runtime.NumCPU()), config, options)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), d.writePool.Close())
	}

	return d, nil
}

func connect(path string, connections int, config gorm.Config, options Options) (*gorm.DB, *sql.DB, error) {
	pool, err := openPool(sourceName(path, url.Values{
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		},
		"_time_format": {"sqlite"},
	}), options)
	if err != nil {
		return nil, nil, err
	}

	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)

	db, err := gorm.Open(&sqlite.Dialector{Conn: pool}, &config)
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}

	return db, pool, nil
}

func openPool(source string, options Options) (*sql.DB, error) {
	if options.Tracers == nil {
		return sql.Open(sqlite.DriverName, source)
	}

	return otelsql.Open(sqlite.DriverName, source,
		otelsql.WithTracerProvider(options.Tracers), otelsql.WithMeterProvider(noop.NewMeterProvider()),
		otelsql.WithAttributes(semconv.DBSystemNameSQLite),
		otelsql.WithSpanOptions(otelsql.SpanOptions{
			OmitConnResetSession: true, OmitConnPrepare: true, OmitRows: true, OmitConnectorConnect: true, DisableErrSkip: true,
			SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
				return trace.SpanFromContext(ctx).IsRecording()
			},
		}))
}

// sourceName names a file to the driver. The path may contain any characters.
func sourceName(path string, options url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
}

// createFile creates a file that does not exist, readable by its owner only: SQLite would let everyone read it. The
// files that SQLite creates next to it get the same mode.
func createFile(path string) error {
	const ownerOnly = 0o600

	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, ownerOnly) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("the SQLite file: %w", err)
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("the SQLite file: %w", err)
	}

	return nil
}

// Close closes all connections.
func (d *Database) Close() error { return errors.Join(d.readPool.Close(), d.writePool.Close()) }

// CheckDirect does nothing: there is no pooler.
func (d *Database) CheckDirect(context.Context) error { return nil }

// Reader returns GORM on the connections that read.
func (d *Database) Reader() *gorm.DB { return d.reader }

// Writer returns GORM on the only connection that writes.
func (d *Database) Writer() *gorm.DB { return d.writer }

// ConnectionPools returns the pools "read" and "write".
func (d *Database) ConnectionPools() map[string]*sql.DB {
	return map[string]*sql.DB{"read": d.readPool, "write": d.writePool}
}

// InTx takes SQLite's write lock first. A transaction that reads first and writes later would fail if another process
// had written in between. (The driver's option _txlock does this too, but the driver ignores it if _time_format is set.)
func (d *Database) InTx(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.writer.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE catalog_state SET version = version WHERE false").Error; err != nil {
			return fmt.Errorf("take the write lock: %w", err)
		}

		return work(tx)
	})
}

// InSnapshot runs work in an ordinary transaction: in SQLite, every transaction sees one state.
func (d *Database) InSnapshot(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.reader.WithContext(ctx).Transaction(work, &sql.TxOptions{ReadOnly: true})
}

// LockRows returns the query as it is: [Database.InTx] has locked the whole file.
func (d *Database) LockRows(query *gorm.DB) *gorm.DB { return query }

// LiveFeedTransport returns nil: processes that share a file do not see each other's changes live.
func (d *Database) LiveFeedTransport() livefeed.Transport { return nil }
