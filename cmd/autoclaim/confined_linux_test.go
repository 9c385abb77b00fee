package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/executable"
)

func TestTheProgramRunsUnprivilegedInAReadOnlyRootWithADataDirectory(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("only root can change the root directory and the user")
	}

	const unprivileged = 65532

	// As in the image and under the systemd unit: a read-only file system without a home, a shell or /tmp.
	root, err := os.MkdirTemp("", "autoclaim-root-") // Other users cannot enter the parents of t.TempDir.
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	require.NoError(t, os.Chmod(root, 0o555))

	data := filepath.Join(root, "data")
	require.NoError(t, os.Mkdir(data, 0o700))
	require.NoError(t, os.Chown(data, unprivileged, unprivileged))

	require.NoError(t, executable.Copy(program, filepath.Join(root, "autoclaim")))

	cmd := exec.Command("/autoclaim", "serve", "--dev", "--listen=127.0.0.1:0", "--request-timeout=1m", "--dev-key=/data/key.json")
	cmd.Dir = "/"
	cmd.Env = []string{"AUTOCLAIM_DATABASE_URL=sqlite:/data/autoclaim.db"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: unprivileged, Gid: unprivileged}}
	cmd.Stderr = os.Stderr

	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })

	p := &process{t: t, cmd: cmd, tokens: make(map[string]string)}
	p.readIntroduction(stdout)

	var changed struct {
		SetAutoClaimEnabled struct{ UserErrors []struct{ Message string } }
	}

	p.must("demo-admin", `mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } } }`, &changed)
	assert.Empty(t, changed.SetAutoClaimEnabled.UserErrors)

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait())

	// Other users must not read names and emails, whatever the umask is.
	files, err := os.ReadDir(data)
	require.NoError(t, err)
	require.NotEmpty(t, files)

	for _, file := range files {
		info, err := file.Info()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file.Name())
	}

	left, err := os.ReadDir(root)
	require.NoError(t, err)
	assert.Len(t, left, 2, "the program wrote nothing outside of data")
}
