package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
)

// CopyTo writes the copy in one transaction, while others read and write, and then checks it by reading all of it.
func (d *Database) CopyTo(ctx context.Context, path string) error {
	if err := d.reader.WithContext(ctx).Exec("VACUUM INTO ?", path).Error; err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}

	return checkIntegrity(ctx, path)
}

// checkIntegrity reads all of an SQLite file.
func checkIntegrity(ctx context.Context, path string) (err error) {
	db, err := sql.Open(sqlite.DriverName, sourceName(path, nil))
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}

	defer func() { err = errors.Join(err, db.Close()) }()

	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&result); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}

	if result != "ok" {
		return fmt.Errorf("the copy is damaged, and the database may be too: %s", result)
	}

	return nil
}
