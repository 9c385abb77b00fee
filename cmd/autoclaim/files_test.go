package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// commandsOnAnExistingDatabase are all commands that make no database.
func commandsOnAnExistingDatabase(dir string) [][]string {
	return [][]string{
		{"check"},
		{"check", "--repair"},
		{"backup", filepath.Join(dir, "backup.db")},
		{"tenant", "list"},
		{"tenant", "create", "Acme", "--external-id=acme"},
		{"app", "list"},
		{"app", "claimable", "TEAMS1"},
		{"import", "catalog", "sample"},
		{"import", "catalog", "sample", "--dry-run"},
		{"serve", "--issuer=http://127.0.0.1:1", "--audience=a"},
	}
}

// contents returns the names in a directory, with the sizes of files.
func contents(t *testing.T, dir string) map[string]int64 {
	t.Helper()

	sizes := make(map[string]int64)

	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)

		info, err := entry.Info()
		sizes[path] = info.Size()

		return err
	}))

	return sizes
}

func TestAMistypedPathOfAnSQLiteFileCreatesNothing(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(path("empty"), nil, 0o600))
	require.NoError(t, os.WriteFile(path("notes.txt"), []byte("no database, but long enough to be one"), 0o600))
	require.NoError(t, os.WriteFile(path("short"), []byte("x"), 0o600))
	require.NoError(t, os.Mkdir(path("directory"), 0o700))
	require.NoError(t, syscall.Mkfifo(path("pipe"), 0o600))

	before := contents(t, dir)

	for name, message := range map[string]string{
		"missing.db": "no such file", "missing/autoclaim.db": "no such file", "directory": "is a directory", "empty": "is empty",
		"notes.txt": "is no SQLite database", "short": "is no SQLite database", "pipe": "is no file",
	} {
		for _, args := range commandsOnAnExistingDatabase(dir) {
			status, out := command(t, append(args, "--database-url=sqlite:"+path(name))...)
			assert.NotZero(t, status, "%v %s", args, name)
			assert.Contains(t, out, message, "%v %s", args, name)
			assert.NotContains(t, out, "All rules hold")
		}
	}

	for name, message := range map[string]string{
		"missing/autoclaim.db": "there is no directory " + path("missing"), "notes.txt": "is no SQLite database", "pipe": "is no file",
	} {
		status, out := command(t, "migrate", "--database-url=sqlite:"+path(name))
		assert.Equal(t, 1, status)
		assert.Contains(t, out, message)
	}

	assert.Equal(t, before, contents(t, dir), "nothing was created or written")
}

func TestACommandThatCreatesAnSQLiteFileSaysSo(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	file := filepath.Join(dir, "new.db")

	assert.Contains(t, succeed(t, "migrate", "--database-url=sqlite:"+file), "Created the SQLite file "+file)
	assert.NotContains(t, succeed(t, "migrate", "--database-url=sqlite:"+file), "Created")

	// The unknown tenant stops the server after the file was created.
	_, out := command(t, "serve", "--dev", "--dev-key="+filepath.Join(dir, "key.json"), "--listen=127.0.0.1:0",
		"--metrics-listen=127.0.0.1:0", "--metrics-tenants=nobody", "--database-url=sqlite:"+file+"2")
	assert.Contains(t, out, "Created the SQLite file "+file+"2")
}

func TestCommandsThatOnlyReadLeaveAnSQLiteFileAsItIs(t *testing.T) {
	t.Parallel()

	url := storetest.SQLite(t)
	storetest.Fill(t, storetest.Open(t, url))

	dir := t.TempDir()
	file := filepath.Join(dir, "backup.db")
	succeed(t, "backup", file, "--database-url="+url)

	before, err := os.ReadFile(file)
	require.NoError(t, err)

	for _, args := range [][]string{{"check"}, {"tenant", "list"}, {"app", "list"}, {"backup", filepath.Join(t.TempDir(), "second.db")}} {
		succeed(t, append(args, "--database-url=sqlite:"+file)...)
	}

	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.Len(t, contents(t, dir), 2, "the directory and the file")
}

func TestATokenForAServerThatDoesNotExistIsRefused(t *testing.T) {
	t.Parallel()

	key := filepath.Join(t.TempDir(), "mistyped.json")
	status, out := command(t, "token", "--dev-key="+key)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "no such file")
	assert.False(t, strings.HasPrefix(out, "ey"))
	assert.NoFileExists(t, key)
}
