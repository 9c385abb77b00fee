//go:build !linux

package testdb

import (
	"io"
	"os/exec"
)

// unprivileged leaves the command as it is: elsewhere than on Linux nobody tests as root.
func unprivileged(cmd *exec.Cmd) *exec.Cmd { return cmd }

// startTied starts the command and closes done when it has ended.
func startTied(cmd *exec.Cmd, done chan<- struct{}) error {
	if err := cmd.Start(); err != nil {
		return err
	}

	go func() {
		_ = cmd.Wait() // How it ended is of no interest.
		close(done)
	}()

	return nil
}

func giveToUnprivileged(...string) error { return nil }

// reserve does nothing: elsewhere than on Linux, ports may collide.
func reserve(string) (io.Closer, error) { return io.NopCloser(nil), nil }
