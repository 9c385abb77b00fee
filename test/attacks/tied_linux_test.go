package attacks

import (
	"os"
	"os/exec"
	"syscall"
)

// tie makes the kernel end the command with this process, however that ends.
func tie(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// ownSession makes the command begin a session of its own. Call it after tie.
func ownSession(command *exec.Cmd) { command.SysProcAttr.Setsid = true }

// lowerSession gives the session that a process began the lowest priority; see sched(7), "The autogroup feature".
func lowerSession(leader *os.Process) {
	// Kernels without the feature have no such file, and need none.
	_ = os.WriteFile(process(leader.Pid).path("autogroup"), []byte("19"), 0)
}
