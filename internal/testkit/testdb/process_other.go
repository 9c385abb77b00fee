//go:build !linux

package testdb

import (
	"io"
	"os/exec"
)

// unprivileged returns the command unchanged: only on Linux do tests run as root.
func unprivileged(cmd *exec.Cmd) *exec.Cmd { return cmd }

// startTied starts the command and closes done when the command has ended.
func startTied(cmd *exec.Cmd, done chan<- struct{}) error {
	if err := cmd.Start(); err != nil {
		return err
	}

	go func() {
		_ = cmd.Wait() // The exit status does not matter.
		close(done)
	}()

	return nil
}

// children returns nothing: elsewhere than on Linux, the processes end a moment later.
func children(int) []int { return nil }

func kill([]int) {}

func giveToUnprivileged(...string) error { return nil }

// reserve does nothing: elsewhere than on Linux, ports may collide.
func reserve(string) (io.Closer, error) { return io.NopCloser(nil), nil }
