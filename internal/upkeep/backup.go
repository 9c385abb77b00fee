package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Backup writes all that is committed at one moment to a new file, which is a database itself, while others read and
// write. It returns the file's size in bytes. The file gets its name once it is complete, checked and synced to the
// disk. If a file of that name exists, Backup returns an error and leaves it as it is. It works for SQLite only; the
// error for PostgreSQL names the tools to use instead.
func Backup(ctx context.Context, db *store.Store, path string, at time.Time) (size int64, err error) {
	if _, err := os.Lstat(path); err == nil {
		return 0, fmt.Errorf("%s: %w; a backup replaces no file", path, fs.ErrExist)
	}

	unfinished := path + ".unfinished-" + licensing.NewID(at).String()

	defer func() {
		if removeErr := os.Remove(unfinished); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}()

	if err := db.CopyTo(ctx, unfinished); err != nil {
		return 0, err
	}

	size, err = keepFile(unfinished, path)
	if err != nil {
		return 0, fmt.Errorf("keep the backup: %w", err)
	}

	return size, nil
}

// keepFile makes a file readable by its owner only, syncs it to the disk, and gives it a name that no other file has.
func keepFile(unfinished, path string) (size int64, err error) {
	if err := os.Chmod(unfinished, 0o600); err != nil {
		return 0, err
	}

	if err := syncFile(unfinished); err != nil {
		return 0, err
	}

	// Renaming would replace a file that was made in the meantime.
	if err := os.Link(unfinished, path); err != nil {
		return 0, err
	}

	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}

	return info.Size(), syncFile(filepath.Dir(path))
}

// syncFile waits until the content of a file, or the list of a directory, is on the disk.
func syncFile(path string) error {
	file, err := os.Open(path) //nolint:gosec // The operator names it.
	if err != nil {
		return err
	}

	return errors.Join(file.Sync(), file.Close())
}
