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

func TestAnSQLiteFileThatTheUserMayNotUseIsExplained(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("only root can run the program as another user")
	}

	const unprivileged = 65532

	dir, err := os.MkdirTemp("", "autoclaim-files-") // Other users cannot enter the parents of t.TempDir.
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, executable.Copy(program, filepath.Join(dir, "autoclaim")))

	file := filepath.Join(dir, "autoclaim.db")
	succeed(t, "migrate", "--database-url=sqlite:"+file)

	asOther := func(args ...string) string {
		cmd := exec.Command(filepath.Join(dir, "autoclaim"), append(args, "--database-url=sqlite:"+file)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: unprivileged, Gid: unprivileged}}
		out, err := cmd.CombinedOutput()
		require.Error(t, err, string(out))

		return string(out)
	}

	assert.Contains(t, asOther("check"), "permission denied: run the program as a user who may read the file")
	assert.Contains(t, asOther("migrate"), "permission denied")

	require.NoError(t, os.Chmod(file, 0o644))
	assert.Contains(t, asOther("check"), "must be able to write its directory")
	assert.Contains(t, asOther("migrate"), "cannot write the SQLite file")

	require.NoError(t, os.Chown(file, unprivileged, unprivileged))
	assert.Contains(t, asOther("tenant", "create", "Acme", "--external-id=acme"), "must be able to write its directory")
}
