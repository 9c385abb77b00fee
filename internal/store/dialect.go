package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	gosqlite "github.com/glebarez/go-sqlite"
	"github.com/glebarez/sqlite"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // The driver "pgx".
	"github.com/pressly/goose/v3"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// dialect is where the two databases differ: one named method for each difference.
type dialect string

const (
	dialectPostgres dialect = "postgres"
	dialectSQLite   dialect = "sqlite"
)

const (
	sqlitePrefix    = "sqlite:"
	maxConnections  = 20
	idleConnections = 10
	connectionLife  = time.Hour
	// minReaders is how many connections read an SQLite file; they wait for the disk at times.
	minReaders = 4
)

func open(databaseURL string, with options) (dialect, *gorm.DB, *gorm.DB, error) {
	if path, isSQLite := strings.CutPrefix(databaseURL, sqlitePrefix); isSQLite {
		return openSQLite(path, with)
	}

	if !strings.HasPrefix(databaseURL, "postgres://") && !strings.HasPrefix(databaseURL, "postgresql://") {
		return "", nil, nil, errors.New("the database URL must be a postgres:// URL, or sqlite: and a file")
	}

	pool, err := with.postgresPool(databaseURL)
	if err != nil {
		return "", nil, nil, fmt.Errorf("read the URL: %w", err)
	}

	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(idleConnections)
	pool.SetConnMaxLifetime(connectionLife)

	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig())
	if err != nil {
		return "", nil, nil, errors.Join(err, pool.Close())
	}

	return dialectPostgres, db, db, nil
}

// openSQLite opens one connection that writes and several that read: in WAL mode readers never wait.
func openSQLite(path string, with options) (dialect, *gorm.DB, *gorm.DB, error) {
	if path == "" || path == ":memory:" {
		return "", nil, nil, errors.New("the SQLite URL must name a file, such as sqlite:autoclaim.db")
	}

	if err := createFile(path); err != nil {
		return "", nil, nil, err
	}

	connect := func(connections int) (*gorm.DB, error) {
		options := url.Values{
			"_pragma": {
				"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
			},
			"_time_format": {"sqlite"},
		}

		pool, err := with.sqlitePool(sqliteSource(path, options))
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}

		pool.SetMaxOpenConns(connections)
		pool.SetMaxIdleConns(connections)

		db, err := gorm.Open(&sqlite.Dialector{Conn: pool}, gormConfig())
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), pool.Close())
		}

		return db, nil
	}

	// The writer comes first: it creates the file and sets its journal mode.
	write, err := connect(1)
	if err != nil {
		return "", nil, nil, err
	}

	read, err := connect(max(minReaders, runtime.NumCPU()))
	if err != nil {
		pool, poolErr := write.DB()

		return "", nil, nil, errors.Join(err, poolErr, pool.Close())
	}

	return dialectSQLite, read, write, nil
}

// sqliteSource is a file as the driver wants it named, whatever characters its path has.
func sqliteSource(path string, options url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
}

// createFile makes a file that is not there yet, for its owner alone: SQLite would let everybody read it. What
// SQLite puts beside the file gets the same mode.
func createFile(path string) error {
	const ownersAlone = 0o600

	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, ownersAlone) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("the SQLite file: %w", err)
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("the SQLite file: %w", err)
	}

	return nil
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		// A failed statement is an error that the edge logs once, with its request.
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return time.Now().UTC() },
	}
}

// lockRows keeps others from changing or locking the query's rows until the transaction ends. SQLite's
// write transactions exclude each other anyhow.
func (d dialect) lockRows(query *gorm.DB) *gorm.DB {
	if d == dialectSQLite {
		return query
	}

	// The weaker of PostgreSQL's exclusive row locks: rows that refer to these can still be added.
	return query.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// beginWriting takes SQLite's write lock at the beginning of a transaction. One that read first and wrote
// later would fail if another process had written in between. (The driver's _txlock would do, but it is
// ignored beside _time_format.)
func (d dialect) beginWriting(db *gorm.DB) error {
	if d != dialectSQLite {
		return nil
	}

	if err := db.Exec("UPDATE catalog_state SET version = version WHERE false").Error; err != nil {
		return fmt.Errorf("take the write lock: %w", err)
	}

	return nil
}

// pipelines says whether several statements can go to the database at once, which is worth it where a network
// lies between.
func (d dialect) pipelines() bool { return d == dialectPostgres }

// snapshot are the options of a transaction that sees one moment's state throughout. SQLite's all do.
func (d dialect) snapshot() *sql.TxOptions {
	if d == dialectSQLite {
		return &sql.TxOptions{ReadOnly: true}
	}

	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// goose is the dialect by the name that migrations know.
func (d dialect) goose() goose.Dialect {
	if d == dialectSQLite {
		return goose.DialectSQLite3
	}

	return goose.DialectPostgres
}

// migratingAlone runs work while no other process migrates. PostgreSQL's migrations take an advisory lock by
// themselves. SQLite has none such, so another file, which stays empty, is locked in the place of the database.
func (d dialect) migratingAlone(ctx context.Context, databaseURL string, work func() error) (err error) {
	if d != dialectSQLite {
		return work()
	}

	path := strings.TrimPrefix(databaseURL, sqlitePrefix) + "-migration"
	if err := createFile(path); err != nil {
		return err
	}

	pool, err := sql.Open(sqlite.DriverName, sqliteSource(path, nil))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}

	pool.SetMaxOpenConns(1)

	defer func() { err = errors.Join(err, pool.Close()) }()

	for {
		_, err := pool.ExecContext(ctx, "BEGIN IMMEDIATE")
		if err == nil {
			break
		}

		if !d.retryable(err) {
			return fmt.Errorf("lock %s: %w", path, err)
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another process that migrates: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}

	return work()
}

// transport carries live changes between processes. Processes that share an SQLite file do not see each other's.
func (d dialect) transport(db *gorm.DB, direct string) livefeed.Transport {
	if d == dialectSQLite {
		return nil
	}

	return announcements{db: db, direct: direct}
}

// dayOf is an expression of the day (UTC) of a time, as text.
func (d dialect) dayOf(column string) string {
	if d == dialectSQLite {
		return "date(" + column + ")"
	}

	return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
}

// dayText is an expression of a day, as text.
func (d dialect) dayText(column string) string {
	if d == dialectSQLite {
		return "date(" + column + ")"
	}

	return "to_char(" + column + ", 'YYYY-MM-DD')"
}

// anyOf is a condition that holds where the column is one of the ids. Its text is the same for any
// number of them, so that the statement is prepared once.
func (d dialect) anyOf(column string, ids []licensing.ID) clause.Expr {
	if d == dialectSQLite {
		// Marshaling ids cannot fail.
		list, _ := json.Marshal(ids)

		return gorm.Expr(column+" IN (SELECT value FROM json_each(?))", string(list))
	}

	return gorm.Expr(column+" = ANY(?::uuid[])", idArray(ids))
}

// idArray is a PostgreSQL array of ids in its text form.
func idArray(ids []licensing.ID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}

	return "{" + strings.Join(texts, ",") + "}"
}

// retryable says whether a transaction failed only because another got in its way. One whose connection was lost is
// not repeated: its commit may have arrived.
func (d dialect) retryable(err error) bool {
	if d == dialectSQLite {
		const busy, locked, primaryCode = 5, 6, 0xff

		failure, ok := errors.AsType[*gosqlite.Error](err)

		return ok && (failure.Code()&primaryCode == busy || failure.Code()&primaryCode == locked)
	}

	const serializationFailure, deadlockDetected = "40001", "40P01"

	failure, ok := errors.AsType[*pgconn.PgError](err)

	return ok && (failure.Code == serializationFailure || failure.Code == deadlockDetected)
}

// likePattern matches texts that contain the part, whatever characters it has; the escape character is \.
func likePattern(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}
