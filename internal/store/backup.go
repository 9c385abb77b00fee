package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/glebarez/sqlite"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Backup writes all that is committed at one moment to a new file, an SQLite database itself, while others read
// and write, and returns its size. The file appears when it is whole, checked and on the disk; one that is there
// already stays as it is. PostgreSQL has better tools of its own.
func (s *Store) Backup(ctx context.Context, path string) (size int64, err error) {
	if s.dialect != dialectSQLite {
		return 0, errors.New("this makes backups of SQLite files; PostgreSQL has pg_dump and pg_basebackup: see docs/backup.md")
	}

	if _, err := os.Lstat(path); err == nil {
		return 0, fmt.Errorf("%s: %w; a backup replaces no file", path, fs.ErrExist)
	}

	unfinished := path + ".unfinished-" + licensing.NewID(s.write.NowFunc()).String()

	defer func() {
		if removeErr := os.Remove(unfinished); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}()

	if err := s.read.WithContext(ctx).Exec("VACUUM INTO ?", unfinished).Error; err != nil {
		return 0, fmt.Errorf("copy the database: %w", err)
	}

	if err := checkFile(ctx, unfinished); err != nil {
		return 0, err
	}

	size, err = keepFile(unfinished, path)
	if err != nil {
		return 0, fmt.Errorf("keep the backup: %w", err)
	}

	return size, nil
}

// checkFile reads all of an SQLite file.
func checkFile(ctx context.Context, path string) (err error) {
	db, err := sql.Open(sqlite.DriverName, sqliteSource(path, nil))
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}

	defer func() { err = errors.Join(err, db.Close()) }()

	var said string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&said); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}

	if said != "ok" {
		return fmt.Errorf("the copy is damaged, and so may be the database: %s", said)
	}

	return nil
}

// keepFile brings a file to the disk, for its owner alone, and then gives it a name that nothing has.
func keepFile(unfinished, path string) (int64, error) {
	if err := os.Chmod(unfinished, 0o600); err != nil {
		return 0, err
	}

	if err := syncFile(unfinished); err != nil {
		return 0, err
	}

	// A rename would replace what has come to be there in the meantime.
	if err := os.Link(unfinished, path); err != nil {
		return 0, err
	}

	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}

	return info.Size(), syncFile(filepath.Dir(path))
}

// syncFile waits until a file, or what a folder lists, is on the disk.
func syncFile(path string) error {
	file, err := os.Open(path) //nolint:gosec // The operator names it.
	if err != nil {
		return err
	}

	return errors.Join(file.Sync(), file.Close())
}
