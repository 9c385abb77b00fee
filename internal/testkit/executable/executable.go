// Package executable copies program files so that they can be run at once.
//
// Linux refuses to run a file that any process has open for writing ("text file busy"). A process that another
// goroutine starts in that time inherits the open file until it runs its own program, even after the writer has closed
// it. So no process may be started while a program file is open for writing.
package executable

import (
	"fmt"
	"os"
	"syscall"
)

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
