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
	"syscall"
)

// unprivileged makes the command run as somebody else than root, as whom PostgreSQL refuses to run.
func unprivileged(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if uid, gid, ok := otherUser(); ok {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}

	return cmd
}

// startTied starts an unprivileged command and closes done when it has ended. The command ends when the
// test binary does, even if that is killed; the signal for it comes when the thread that started it ends,
// so that thread is kept.
func startTied(cmd *exec.Cmd, done chan<- struct{}) error {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	started := make(chan error)

	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()

		err := cmd.Start()
		started <- err

		if err == nil {
			_ = cmd.Wait() // How it ended is of no interest.
		}

		close(done)
	}()

	return <-started
}

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

// otherUser is who runs PostgreSQL if the tests run as root.
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
