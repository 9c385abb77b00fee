//go:build !linux

package testbed

import "errors"

func mount(string) error { return errors.New("a tmpfs can be mounted only on Linux") }

func unmount(string) error { return nil }
