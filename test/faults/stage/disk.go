package stage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// diskSize is enough for a run, and soon filled.
const diskSize = "64m"

// Disk is a small disk of its own.
type Disk struct{ path string }

// CanMount says why a disk of its own cannot be had here, if so.
func CanMount() error {
	path, err := os.MkdirTemp("", "autoclaim-disk-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}

	defer func() { _ = os.RemoveAll(path) }()

	disk, err := newDisk(filepath.Join(path, "disk"))
	if err != nil {
		return err
	}

	return disk.close()
}

func newDisk(path string) (*Disk, error) {
	if err := os.Mkdir(path, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}

	if err := mount(path); err != nil {
		return nil, fmt.Errorf("a small disk must be mounted, which needs root: %w", err)
	}

	return &Disk{path}, nil
}

func (d *Disk) close() error { return unmount(d.path) }

func (d *Disk) ballast() string { return filepath.Join(d.path, "ballast") }

// Fill leaves no space.
func (d *Disk) Fill() error {
	file, err := os.Create(d.ballast())
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}

	// In large pieces, then in small ones.
	for _, size := range []int{1 << 20, 1 << 12} {
		for err == nil {
			_, err = file.Write(make([]byte, size))
		}

		if !errors.Is(err, syscall.ENOSPC) {
			return errors.Join(fmt.Errorf("fill the disk: %w", err), file.Close())
		}

		err = nil
	}

	return file.Close()
}

// Free makes space again.
func (d *Disk) Free() error { return os.Remove(d.ballast()) }
