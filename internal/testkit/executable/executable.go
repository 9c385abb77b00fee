// Package executable makes program files that can be run at once.
//
// Linux refuses to run a file that any process has open for writing ("text file busy"). A process that another
// goroutine starts in that time inherits the open file until it runs its own program, even after the writer has closed
// it. So no process may be started while a program file is open for writing. See https://go.dev/issue/22315.
package executable

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// busyInterval is how long to wait before a busy program is tried again.
const busyInterval = 10 * time.Millisecond

// Settle waits until a program file that another process has written, such as the go command, is not busy. Then nobody
// has it open for writing, and it can be run at any time. Settle runs the program with the flag --version; the exit
// status does not matter.
func Settle(ctx context.Context, path string) error {
	for {
		err := exec.CommandContext(ctx, path, "--version").Run()

		switch {
		case errors.Is(err, syscall.ETXTBSY):
		case err != nil && !errors.As(err, new(*exec.ExitError)):
			return fmt.Errorf("try out the program: %w", err)
		default:
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until the program %s is not busy: %w", path, ctx.Err())
		case <-time.After(busyInterval):
		}
	}
}

// Copy copies a program file to a new path, with the permissions 0755. No process starts in this program until the
// copy is closed, so the copy can be run when Copy returns.
func Copy(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}

	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()

	if err := os.WriteFile(to, text, 0o755); err != nil {
		return fmt.Errorf("copy the program: %w", err)
	}

	return nil
}
