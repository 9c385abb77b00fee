package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// magic is how each SQLite file begins that is not empty.
const magic = "SQLite format 3\x00"

// checkFile returns an error, with a remedy, unless the path names a file that the options allow to open: one that exists,
// if it must, and holds an SQLite database.
func checkFile(path string, options Options) error {
	info, err := os.Stat(path)

	switch {
	case errors.Is(err, fs.ErrNotExist) && options.Exists:
		return fmt.Errorf("%s: no such file: correct the path, or run 'autoclaim migrate' to create a database there", path)
	case errors.Is(err, fs.ErrNotExist):
		return checkDirectory(path)
	case err != nil:
		return fmt.Errorf("%w: let this user read its directory, or correct the path", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file: name an SQLite file", path)
	case info.Size() == 0 && options.Exists:
		return fmt.Errorf("%s is empty: correct the path, or run 'autoclaim migrate' to create a database there", path)
	case info.Size() == 0:
		return nil
	}

	return checkMagic(path)
}

// checkDirectory returns an error unless the path's directory exists.
func checkDirectory(path string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no directory %s: create it, or correct the path", filepath.Dir(path))
	}

	return nil
}

// checkMagic returns an error unless the file begins as SQLite's do.
func checkMagic(path string) error {
	file, err := os.Open(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("%w: run the program as a user who may read the file", err)
	}

	defer func() { _ = file.Close() }() // A file that was only read loses nothing.

	begin := make([]byte, len(magic))
	if _, err := io.ReadFull(file, begin); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read the SQLite file: %w", err)
	}

	if !bytes.Equal(begin, []byte(magic)) {
		return fmt.Errorf("%s is no SQLite database: correct the path", path)
	}

	return nil
}

// createFile creates a file that does not exist, readable by its owner only: SQLite would let everyone read it. The
// files that SQLite creates next to it get the same mode.
func createFile(path string) error {
	const ownerOnly = 0o600

	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, ownerOnly) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("this user cannot write the SQLite file: %w", err)
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("the SQLite file: %w", err)
	}

	return nil
}

// explain adds to the error of an SQLite file that cannot be opened what to do about it.
func explain(path string, err error) error {
	code, _ := primaryCode(err)

	switch code {
	case codeReadOnly, codeCannotOpen, codePermission:
		return fmt.Errorf("SQLite cannot use %s: this user must be able to write its directory too, in which SQLite keeps %s-wal and %[2]s-shm "+
			"(is the file system read-only?): %[3]w", path, filepath.Base(path), err)
	case codeNotADatabase, codeCorrupt:
		return fmt.Errorf("%s is no SQLite database, or is damaged: correct the path, or restore a backup: %w", path, err)
	}

	return fmt.Errorf("open %s: %w", path, err)
}
