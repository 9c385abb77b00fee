package testbed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// diskSize is large enough for a run and quick to fill.
const diskSize = "64m"

// Disk is a small file system that can be filled.
type Disk struct{ path string }

// CanMount returns an error if this process cannot mount a disk.
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
		return nil, fmt.Errorf("mount a small disk (this needs root): %w", err)
	}

	return &Disk{path}, nil
}

func (d *Disk) close() error { return unmount(d.path) }

func (d *Disk) fillerFile() string { return filepath.Join(d.path, "filler") }

// Fill uses all free space.
func (d *Disk) Fill() error {
	file, err := os.Create(d.fillerFile())
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}

	// First in large blocks, then in small ones.
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

// Free releases the space.
func (d *Disk) Free() error { return os.Remove(d.fillerFile()) }
