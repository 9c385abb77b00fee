package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/glebarez/sqlite"
	"github.com/pressly/goose/v3"

	"github.com/autoclaim/autoclaim/internal/store/migration"
)

//go:embed migrations
var migrations embed.FS

// migrationLockPoll is the interval at which a process tries to get the lock of migrations.
const migrationLockPoll = 50 * time.Millisecond

// Migrations returns the migrations of SQLite.
func (d *Database) Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // The name is a valid path.
	}

	return files
}

// Migrate locks a second file, next to the database's, so that one process migrates at a time: SQLite has no advisory
// locks. The second file stays empty. Table locks do not exist either, so the retries are not needed.
func (d *Database) Migrate(ctx context.Context, files fs.FS, _ migration.LockRetries) (ran int, err error) {
	unlock, err := d.lockMigrations(ctx)
	if err != nil {
		return 0, err
	}

	defer func() { err = errors.Join(err, unlock()) }()

	return migration.Up(ctx, goose.DialectSQLite3, d.writePool, files)
}

func (d *Database) lockMigrations(ctx context.Context) (unlock func() error, err error) {
	path := d.path + "-migration"
	if err := createFile(path); err != nil {
		return nil, err
	}

	pool, err := sql.Open(sqlite.DriverName, sourceName(path, nil))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}

	pool.SetMaxOpenConns(1)

	for {
		_, err := pool.ExecContext(ctx, "BEGIN IMMEDIATE")
		if err == nil {
			return pool.Close, nil
		}

		if !isLocked(err) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), pool.Close())
		}

		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for another process that migrates: %w", ctx.Err()), pool.Close())
		case <-time.After(migrationLockPoll):
		}
	}
}
