package upkeep_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

func TestABackupIsACompleteDatabaseThatOnlyItsOwnerCanRead(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLite(t))
	storetest.Fill(t, db)

	path := filepath.Join(t.TempDir(), "a backup?.db")
	size, err := upkeep.Backup(t.Context(), db, path, time.Now())
	require.NoError(t, err)

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, info.Size(), size)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	assert.Equal(t, storetest.Contents(t, db), storetest.Contents(t, storetest.Open(t, "sqlite:"+path)))
}

func TestABackupReplacesNoFileAndLeavesNoOtherFile(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLite(t))
	dir := t.TempDir()
	path := filepath.Join(dir, "precious")
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))

	_, err := upkeep.Backup(t.Context(), db, path, time.Now())
	require.ErrorIs(t, err, fs.ErrExist)

	_, err = upkeep.Backup(t.Context(), db, filepath.Join(dir, "missing", "file"), time.Now())
	require.Error(t, err)

	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 1)

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(content))
}

func TestABackupOfPostgreSQLIsRefusedWithTheNamesOfItsTools(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.Postgres(t, cluster))
	_, err := upkeep.Backup(t.Context(), db, filepath.Join(t.TempDir(), "file"), time.Now())
	require.ErrorContains(t, err, "pg_dump")
}
