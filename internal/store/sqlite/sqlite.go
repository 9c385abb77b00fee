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
	// Exists refuses a file that does not exist or is empty. Without it, the file is created.
	Exists bool
	// Reads leaves the file as it is. It must exist.
	Reads bool
}

// Database is an SQLite file in WAL mode, in which readers and the writer do not wait for each other. It is safe for
// concurrent use.
type Database struct {
	path                            string
	reader, signInReader, writer    *gorm.DB
	readPool, signInPool, writePool *sql.DB
}

// Open opens the file. Unless the options say otherwise, it creates one that does not exist, readable by its owner only.
func Open(path string, config gorm.Config, options Options) (*Database, error) {
	if path == "" || path == ":memory:" {
		return nil, errors.New("the SQLite URL must name a file, such as sqlite:autoclaim.db")
	}

	if err := checkFile(path, options); err != nil {
		return nil, err
	}

	if !options.Reads {
		if err := createFile(path); err != nil {
			return nil, err
		}
	}

	d := &Database{path: path}

	var err error

	// The writer comes first: it sets the file's journal mode.
	d.writer, d.writePool, err = connect(path, 1, config, options)
	if err != nil {
		return nil, explain(path, err)
	}

	d.reader, d.readPool, err = connect(path, max(minReaders, runtime.NumCPU()), config, options)
	if err != nil {
		return nil, errors.Join(explain(path, err), d.writePool.Close())
	}

	d.signInReader, d.signInPool, err = connect(path, minReaders, config, options)
	if err != nil {
		return nil, errors.Join(explain(path, err), d.readPool.Close(), d.writePool.Close())
	}

	return d, nil
}

func connect(path string, connections int, config gorm.Config, options Options) (*gorm.DB, *sql.DB, error) {
	pragmas := []string{"busy_timeout(10000)", "synchronous(FULL)", "foreign_keys(ON)"}
	if !options.Reads {
		pragmas = append(pragmas, "journal_mode(WAL)")
	}

	pool, err := openPool(sourceName(path, url.Values{"_pragma": pragmas, "_time_format": {"sqlite"}}), options)
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

// Close closes all connections.
func (d *Database) Close() error {
	return errors.Join(d.readPool.Close(), d.signInPool.Close(), d.writePool.Close())
}

// Check returns an error if the file cannot be read. There is no pooler, and the program's tables are in UTF-8.
func (d *Database) Check(ctx context.Context) error {
	if err := d.reader.WithContext(ctx).Exec("SELECT count(*) FROM sqlite_master").Error; err != nil {
		return explain(d.path, err)
	}

	return nil
}

// CheckRights does nothing: a file has no roles.
func (d *Database) CheckRights(context.Context, map[string][]string) error { return nil }

// HasTable says whether there is a table of this name.
func (d *Database) HasTable(ctx context.Context, name string) (found bool, err error) {
	err = d.reader.WithContext(ctx).
		Raw("SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?", name).Scan(&found).Error
	if err != nil {
		return false, fmt.Errorf("look for the table %s: %w", name, err)
	}

	return found, nil
}

// Ready returns an error if the file cannot be read.
func (d *Database) Ready(ctx context.Context) error {
	pool, err := d.SignInWriter().DB()
	if err != nil {
		return fmt.Errorf("get the connection pool: %w", err)
	}

	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}

	return nil
}

// Reader returns GORM on the connections that read.
func (d *Database) Reader() *gorm.DB { return d.reader }

// Writer returns GORM on the only connection that writes.
func (d *Database) Writer() *gorm.DB { return d.writer }

// SignInReader returns GORM on the connections that read for sign-ins.
func (d *Database) SignInReader() *gorm.DB { return d.signInReader }

// SignInWriter returns the same as Writer.
func (d *Database) SignInWriter() *gorm.DB { return d.writer }

// ConnectionPools returns the pools "read", "sign_in" and "write".
func (d *Database) ConnectionPools() map[string]*sql.DB {
	return map[string]*sql.DB{"read": d.readPool, "sign_in": d.signInPool, "write": d.writePool}
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

// InSignInTx is the same as InTx.
func (d *Database) InSignInTx(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.InTx(ctx, work)
}

// InSnapshot runs work in an ordinary transaction: in SQLite, every transaction sees one state.
func (d *Database) InSnapshot(ctx context.Context, work func(tx *gorm.DB) error) error {
	return d.reader.WithContext(ctx).Transaction(work, &sql.TxOptions{ReadOnly: true})
}

// LockRows returns the query as it is: [Database.InTx] has locked the whole file.
func (d *Database) LockRows(query *gorm.DB) *gorm.DB { return query }

// LockRowsAndReferences returns the query as it is, too.
func (d *Database) LockRowsAndReferences(query *gorm.DB) *gorm.DB { return query }

// LiveFeedTransport returns nil: processes that share a file do not see each other's changes live.
func (d *Database) LiveFeedTransport() livefeed.Transport { return nil }
