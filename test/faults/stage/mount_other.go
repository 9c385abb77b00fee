//go:build !linux

package stage

import "errors"

func mount(string) error { return errors.New("only Linux is known to have tmpfs") }

func unmount(string) error { return nil }
