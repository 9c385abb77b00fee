// Package migration runs the SQL migrations of either database.
package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"
)

// LockRetries says how a migration waits for the table locks that it needs. While it waits for one, later statements
// on the same table wait too. So each wait is short, and there are many.
type LockRetries struct {
	// LockTimeout is the limit of one wait. A migration that blocks no one may set a longer limit itself.
	LockTimeout time.Duration
	// Attempts is how often the migration is tried; at least 1.
	Attempts int
	// Pause is the time between two attempts.
	Pause time.Duration
}

// DefaultLockRetries returns retries that delay clients for no longer than a request may take, and that give up after
// about two minutes.
func DefaultLockRetries() LockRetries {
	return LockRetries{LockTimeout: time.Second, Attempts: 40, Pause: 2 * time.Second}
}

// Up runs the migrations in the root of files that the database does not have yet, and returns how many it ran. If
// one fails, those before it have been applied, and the error names its file.
func Up(
	ctx context.Context, dialect goose.Dialect, pool *sql.DB, files fs.FS, options ...goose.ProviderOption,
) (ran int, err error) {
	options = append(options, goose.WithDisableGlobalRegistry(true))

	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}

	results, err := provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return len(partial.Applied), fmt.Errorf("%s: %w", path.Base(partial.Failed.Source.Path), err)
	}

	return len(results), err
}

// Newest returns the version of the newest migration in the root of files.
func Newest(files fs.FS) (int64, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}

	if len(entries) == 0 {
		return 0, errors.New("there are no migrations")
	}

	return goose.NumericComponent(entries[len(entries)-1].Name()) // They are sorted by name.
}
