package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/store/migration"
)

// ErrSchemaOld means that the database must be migrated first.
var ErrSchemaOld = errors.New("the database's schema is older than this program: run 'autoclaim migrate' first")

// ErrSchemaNew means that a newer program has migrated the database in a way that this program cannot work with.
var ErrSchemaNew = errors.New("the database's schema is too new for this program: run the version that migrated it, or a later one")

// Schema has the version of a database's schema, and the version that this program was built for.
type Schema struct {
	Database int64
	Program  int64
}

// Ahead says that a newer program has migrated the database, in a way that this one can still work with. This happens
// while servers are replaced one after the other.
func (s Schema) Ahead() bool { return s.Database > s.Program }

// Migrate brings the schema up to date and returns how many migrations it ran. Several processes may call it at once:
// one migrates, the others wait for it.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	return s.MigrateWith(ctx, migration.DefaultLockRetries())
}

// MigrateWith is Migrate with other retries. If a migration does not get its lock, it changes nothing; the migrations
// before it stay applied.
func (s *Store) MigrateWith(ctx context.Context, retries migration.LockRetries) (int, error) {
	return s.migrate(ctx, s.database.Migrations(), retries)
}

func (s *Store) migrate(ctx context.Context, files fs.FS, retries migration.LockRetries) (int, error) {
	ran, err := s.database.Migrate(ctx, files, retries)
	if err != nil {
		return ran, fmt.Errorf("migrate: %w", err)
	}

	return ran, nil
}

// Schema returns the database's schema. It returns [ErrSchemaOld] or [ErrSchemaNew] if this program cannot work with
// it. The program can work with a newer schema until a migration says otherwise, in the table schema_state.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	program, err := migration.Newest(s.database.Migrations())
	if err != nil {
		return Schema{}, err
	}

	schema := Schema{Program: program}
	db := s.database.Reader().WithContext(ctx)

	// A role without rights on a table does not see it, as if it were not there.
	if err := s.database.CheckRights(ctx, readRights()); err != nil {
		return schema, err
	}

	if exists, err := s.database.HasTable(ctx, "goose_db_version"); err != nil || !exists {
		return schema, cmp.Or(err, ErrSchemaOld)
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
