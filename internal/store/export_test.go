package store

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"testing/fstest"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Models and Write let the tests of the schema look inside.
func Models() []any { return models() }

// Write is the connection that writes.
func (s *Store) Write() *gorm.DB { return s.write }

// SetPoolTotal writes a total that was read earlier, which only a lock makes right.
func (tx *Tx) SetPoolTotal(ctx context.Context, product licensing.ID, total int) error {
	return tx.from(ctx, &poolRow{}).Where("product_id = ?", product).Update("total", total).Error
}

// SchemaVersion is the newest version of the dialect's schema.
func SchemaVersion(of string) int64 {
	version, err := newestMigration(dialect(of))
	if err != nil {
		panic(err)
	}

	return version
}

// MigrateTo migrates to a version that later ones follow, as an earlier program did.
func (s *Store) MigrateTo(ctx context.Context, version int) (int, error) {
	return s.migrate(ctx, UpTo(version), DefaultLockRetries())
}

// MigrateFiles migrates by other files, which hold the folders migrations/postgres and migrations/sqlite.
func (s *Store) MigrateFiles(ctx context.Context, files fs.FS, retries LockRetries) (int, error) {
	return s.migrate(ctx, files, retries)
}

// UpTo is the product's migrations up to a version.
func UpTo(version int) fstest.MapFS {
	files := make(fstest.MapFS)

	err := fs.WalkDir(migrations, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		var of int
		if _, err := fmt.Sscanf(path.Base(name), "%d_", &of); err != nil || of > version {
			return err
		}

		raw, err := fs.ReadFile(migrations, name)
		files[name] = &fstest.MapFile{Data: raw}

		return err
	})
	if err != nil {
		panic(err)
	}

	return files
}
