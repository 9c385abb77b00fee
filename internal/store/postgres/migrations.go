package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/autoclaim/autoclaim/internal/store/migration"
)

//go:embed migrations
var migrations embed.FS

// Migrations returns the migrations of PostgreSQL.
func (d *Database) Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // The name is a valid path.
	}

	return files
}

// Migrate takes an advisory lock, so that one process migrates at a time. It retries when it does not get a
// table lock within the limit.
func (d *Database) Migrate(ctx context.Context, files fs.FS, retries migration.LockRetries) (ran int, err error) {
	for attempt := 1; ; attempt++ {
		done, err := d.attemptToMigrate(ctx, files, retries.LockTimeout)
		ran += done

		if !lockTimedOut(err) {
			return ran, err
		}

		if attempt >= retries.Attempts {
			return ran, fmt.Errorf("another session has held a lock that the migration needs, %d times for %v; "+
				"it has changed nothing. Find the session (see docs/upgrades.md) and try again: %w",
				attempt, retries.LockTimeout, err)
		}

		select {
		case <-ctx.Done():
			return ran, errors.Join(ctx.Err(), err)
		case <-time.After(retries.Pause):
		}
	}
}

func (d *Database) attemptToMigrate(ctx context.Context, files fs.FS, lockTimeout time.Duration) (ran int, err error) {
	pool, err := d.openMigrationPool(lockTimeout)
	if err != nil {
		return 0, err
	}

	defer func() { err = errors.Join(err, pool.Close()) }()

	// Another process that migrates may have an index to build, so a second one waits for up to an hour and tries
	// every second.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 3600))
	if err != nil {
		return 0, fmt.Errorf("make the migration lock: %w", err)
	}

	ran, err = migration.Up(ctx, goose.DialectPostgres, pool, files, goose.WithSessionLocker(locker))
	err = explainMigration(ctx, pool, err)

	const cannotChangeParameter = "08P01"
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.Code == cannotChangeParameter {
		err = fmt.Errorf("this URL leads to a connection pooler; name the database itself by --direct-database-url: %w", err)
	}

	return ran, err
}

// openMigrationPool connects to the database itself: a pooler would not keep the session that holds the advisory lock.
func (d *Database) openMigrationPool(lockTimeout time.Duration) (*sql.DB, error) {
	config, err := d.config(d.direct)
	if err != nil {
		return nil, err
	}

	// Building an index may take long, whatever limit the database's role sets for statements.
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["lock_timeout"] = strconv.FormatInt(lockTimeout.Milliseconds(), 10)
	config.RuntimeParams["application_name"] = "autoclaim migrate"

	return stdlib.OpenDB(*config, d.generations.options(prepareSession)...), nil
}

func lockTimedOut(err error) bool {
	const lockNotAvailable = "55P03"

	failure, ok := errors.AsType[*pgconn.PgError](err)

	return ok && failure.Code == lockNotAvailable
}
