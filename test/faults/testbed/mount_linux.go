package testbed

import "syscall"

func mount(path string) error { return syscall.Mount("tmpfs", path, "tmpfs", 0, "size="+diskSize) }

func unmount(path string) error { return syscall.Unmount(path, 0) }
