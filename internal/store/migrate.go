package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/gorm"
)

//go:embed migrations
var migrations embed.FS

// ErrSchemaOld asks for a migration.
var ErrSchemaOld = errors.New("the database's schema is older than this program: run 'autoclaim migrate' first")

// ErrSchemaNew says that the database has left this program behind.
var ErrSchemaNew = errors.New("the database's schema is too new for this program: run the version that migrated it, or a later one")

// Schema is the version of a database's schema beside that of this program.
type Schema struct {
	Database int64
	Program  int64
}

// Ahead says that a newer program has migrated the database, in a way that this one still gets along with: as
// happens while servers are replaced one after the other.
func (s Schema) Ahead() bool { return s.Database > s.Program }

// LockRetries is how long a migration waits for the locks that it needs. While it waits for one, whoever comes later
// to the same table waits behind it: so each wait is short, and there are many.
type LockRetries struct {
	// LockTimeout is for one wait. Migrations that hold nobody up have longer ones of their own.
	LockTimeout time.Duration
	// Attempts are made with a pause in between.
	Attempts int
	Pause    time.Duration
}

// DefaultLockRetries holds clients up for no longer than a request may take, and gives up after two minutes.
func DefaultLockRetries() LockRetries {
	return LockRetries{LockTimeout: time.Second, Attempts: 40, Pause: 2 * time.Second}
}

// Migrate brings the schema up to date and returns how many migrations it ran. Several processes may
// call it at once: one migrates, the others wait for it.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	return s.MigrateWith(ctx, DefaultLockRetries())
}

// MigrateWith is Migrate with other retries. A migration that does not get its lock is not made; the ones
// before it are.
func (s *Store) MigrateWith(ctx context.Context, retries LockRetries) (int, error) {
	return s.migrate(ctx, migrations, retries)
}

func (s *Store) migrate(ctx context.Context, all fs.FS, retries LockRetries) (done int, err error) {
	files, err := fs.Sub(all, "migrations/"+string(s.dialect))
	if err != nil {
		return 0, fmt.Errorf("open the migrations: %w", err)
	}

	err = s.dialect.migratingAlone(ctx, s.direct, func() error {
		for attempt := 1; ; attempt++ {
			ran, err := s.attemptToMigrate(ctx, files, retries)
			done += ran

			if !lockMissed(err) {
				return err
			}

			if attempt >= retries.Attempts {
				return fmt.Errorf("another session has held a lock that the migration needs, %d times for %v; "+
					"it has changed nothing. Find the session (see docs/upgrades.md) and try again: %w",
					attempt, retries.LockTimeout, err)
			}

			select {
			case <-ctx.Done():
				return errors.Join(ctx.Err(), err)
			case <-time.After(retries.Pause):
			}
		}
	})
	if err != nil {
		return done, fmt.Errorf("migrate: %w", err)
	}

	return done, nil
}

// attemptToMigrate runs what is missing on a connection of its own, to the database itself: a pooler would not
// keep the lock by which one process migrates at a time.
func (s *Store) attemptToMigrate(ctx context.Context, files fs.FS, retries LockRetries) (ran int, err error) {
	pool, options, err := s.migrator(retries)
	if err != nil {
		return 0, err
	}

	if s.dialect != dialectSQLite {
		defer func() { err = errors.Join(err, pool.Close()) }()
	}

	provider, err := goose.NewProvider(s.dialect.goose(), pool, files, options...)
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}

	results, err := provider.Up(ctx)
	ran = len(results)

	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		ran = len(partial.Applied)
		err = fmt.Errorf("%s: %w", path.Base(partial.Failed.Source.Path), err)
	}

	const cannotChangeParameter = "08P01"
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.Code == cannotChangeParameter {
		err = fmt.Errorf("this URL leads to a connection pooler; name the database itself by --direct-database-url: %w", err)
	}

	return ran, err
}

func (s *Store) migrator(retries LockRetries) (*sql.DB, []goose.ProviderOption, error) {
	alone := goose.WithDisableGlobalRegistry(true)

	if s.dialect == dialectSQLite {
		pool, err := s.write.DB()

		return pool, []goose.ProviderOption{alone}, err
	}

	config, err := pgx.ParseConfig(s.direct)
	if err != nil {
		return nil, nil, fmt.Errorf("read the URL: %w", err)
	}

	// An index may take long to build, whatever limit the database's role has for statements.
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["lock_timeout"] = strconv.FormatInt(retries.LockTimeout.Milliseconds(), 10)
	config.RuntimeParams["application_name"] = "autoclaim migrate"

	// Whoever comes second asks each second, for an hour: the first may have an index to build.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 3600))
	if err != nil {
		return nil, nil, fmt.Errorf("make the migration lock: %w", err)
	}

	return stdlib.OpenDB(*config), []goose.ProviderOption{alone, goose.WithSessionLocker(locker)}, nil
}

func lockMissed(err error) bool {
	const lockNotAvailable = "55P03"

	failure, ok := errors.AsType[*pgconn.PgError](err)

	return ok && failure.Code == lockNotAvailable
}

// Schema returns the database's schema. It is an error if this program can't work on it; the error says what
// to do. The program can work on a newer schema until a migration says otherwise, in the table schema_state.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	program, err := newestMigration(s.dialect)
	if err != nil {
		return Schema{}, err
	}

	schema := Schema{Program: program}
	db := s.read.WithContext(ctx)

	if !db.Migrator().HasTable("goose_db_version") {
		return schema, ErrSchemaOld
	}

	err = db.Raw("SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&schema.Database).Error
	if err != nil {
		return schema, fmt.Errorf("read the schema's version: %w", err)
	}

	if schema.Database < program {
		return schema, fmt.Errorf("%w (version %d; this program's is %d)", ErrSchemaOld, schema.Database, program)
	}

	state, err := gorm.G[schemaStateRow](db).First(ctx)
	if err != nil {
		return schema, fmt.Errorf("read which programs the schema serves: %w", err)
	}

	if program < state.OldestProgram {
		return schema, fmt.Errorf("%w (version %d serves programs from version %d on; this program's is %d)",
			ErrSchemaNew, schema.Database, state.OldestProgram, program)
	}

	return schema, nil
}

func newestMigration(d dialect) (newest int64, err error) {
	files, err := fs.ReadDir(migrations, "migrations/"+string(d))
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}

	// They are sorted by name.
	return goose.NumericComponent(files[len(files)-1].Name())
}
