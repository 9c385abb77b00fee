package testdb

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// unprivileged makes the command run as another user if this process runs as root: PostgreSQL refuses to run as root.
func unprivileged(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if uid, gid, ok := otherUser(); ok {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}

	return cmd
}

// startTied starts an unprivileged command and closes done when the command has ended. The kernel ends the command when
// the thread that started it ends, as it does even if the test binary is killed. So the goroutine keeps its thread
// until then.
func startTied(cmd *exec.Cmd, done chan<- struct{}) error {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	started := make(chan error)

	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()

		err := cmd.Start()
		started <- err

		if err == nil {
			_ = cmd.Wait() // The exit status does not matter.
		}

		close(done)
	}()

	return <-started
}

// children returns the processes that a process has started and that have not ended.
func children(parent int) []int {
	var found []int

	entries, _ := os.ReadDir("/proc") // Without it, there is nothing to find.
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}

		if state, ppid := status(pid); ppid == parent && !ended(state) {
			found = append(found, pid)
		}
	}

	return found
}

// kill ends processes and waits until they have ended.
func kill(pids []int) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL) // It may have ended.
	}

	for _, pid := range pids {
		for state, _ := status(pid); !ended(state); state, _ = status(pid) {
			time.Sleep(time.Millisecond)
		}
	}
}

// status returns the state of a process, as a letter, and the process that started it. Both are empty if there is no
// such process.
func status(pid int) (state string, parent int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0
	}

	// The name of the program, which stands before, is in parentheses.
	_, rest, _ := strings.Cut(string(text), ") ")
	_, _ = fmt.Sscan(rest, &state, &parent) // The kernel writes both.

	return state, parent
}

// ended says that a process in this state has ended: nothing of it is left but its exit status.
func ended(state string) bool { return state == "" || state == "Z" || state == "X" }

func giveToUnprivileged(paths ...string) error {
	uid, gid, ok := otherUser()
	if !ok {
		return nil
	}

	for _, path := range paths {
		if err := os.Chown(path, int(uid), int(gid)); err != nil {
			return fmt.Errorf("give the cluster its directory: %w", err)
		}
	}

	return nil
}

// reserve reserves a name among the processes of this machine until it is closed or the process ends. The name is that
// of an abstract socket, so there is no file.
func reserve(name string) (io.Closer, error) { return net.Listen("unix", "@"+name) }

// otherUser returns the user who runs PostgreSQL if the tests run as root.
func otherUser() (uid, gid uint32, ok bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}

	for _, name := range []string{"postgres", "nobody"} {
		if account, err := user.Lookup(name); err == nil {
			uid, errU := strconv.ParseUint(account.Uid, 10, 32)
			gid, errG := strconv.ParseUint(account.Gid, 10, 32)

			return uint32(uid), uint32(gid), errU == nil && errG == nil
		}
	}

	return 0, 0, false
}
