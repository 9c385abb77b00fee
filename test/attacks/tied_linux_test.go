package attacks

import (
	"os/exec"
	"syscall"
)

// tie makes the kernel end the command with this process, however that ends.
func tie(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
