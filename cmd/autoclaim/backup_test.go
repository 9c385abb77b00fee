package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// backedUpAmidClaims lets users claim, takes a backup after some of them were answered and before all were, and
// finds in what was restored from it, at the URL that take returns, every claim that was answered before.
func backedUpAmidClaims(t *testing.T, url string, take func() (restored string)) {
	t.Helper()

	dir := t.TempDir()
	server := start(t, dir, url)
	setUp(t, server)

	var (
		users   sync.WaitGroup
		mu      sync.Mutex
		claimed []string
	)

	ctx, stop := context.WithCancel(context.Background())
	told := func() []string {
		mu.Lock()
		defer mu.Unlock()

		return slices.Clone(claimed)
	}

	for i := range 4 {
		users.Go(func() {
			// There are 100 licenses.
			for n := 0; n < 25 && ctx.Err() == nil; n++ {
				var answer claimAnswer

				user := fmt.Sprintf("user-%d-%d", i, n)
				if assert.NoError(t, server.query(context.Background(), "demo-sign-in", claimQuery(user), &answer)) {
					assert.Equal(t, licensing.OutcomeClaimed, answer.ClaimLicense.Outcome)

					mu.Lock()
					claimed = append(claimed, user)
					mu.Unlock()
				}

				time.Sleep(20 * time.Millisecond)
			}
		})
	}

	require.Eventually(t, func() bool { return len(told()) >= 10 }, startTimeout, time.Millisecond)

	before := told()
	restored := take()

	stop()
	users.Wait()

	assert.Contains(t, succeed(t, "check", "--database-url="+restored), "All rules hold")

	again := start(t, dir, restored)

	for _, user := range before {
		var answer claimAnswer

		again.must("demo-sign-in", claimQuery(user), &answer)
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, answer.ClaimLicense.Outcome, user)
	}
}

func TestABackupOfAnSQLiteFileIsTakenWhileUsersClaim(t *testing.T) {
	t.Parallel()

	url := storetest.SQLite(t)
	file := filepath.Join(t.TempDir(), "back up.db")

	backedUpAmidClaims(t, url, func() string {
		assert.Contains(t, succeed(t, "backup", file, "--database-url="+url), "schema version 3")

		return "sqlite:" + file
	})

	// It replaces nothing, and leaves nothing else behind.
	whole, err := os.ReadFile(file)
	require.NoError(t, err)

	status, out := command(t, "backup", file, "--database-url="+url)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "a backup replaces no file")

	still, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, whole, still)

	left, err := filepath.Glob(file + ".unfinished*")
	require.NoError(t, err)
	assert.Empty(t, left)

	status, out = command(t, "backup", file, "--database-url=sqlite:"+filepath.Join(t.TempDir(), "misspelled.db"))
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "nothing to back up")
}

func TestABackupOfPostgreSQLIsMadeByItsOwnTools(t *testing.T) {
	t.Parallel()

	tool := func(name string, args ...string) {
		program, err := testdb.Program(name)
		require.NoError(t, err)

		said, err := exec.Command(program, args...).CombinedOutput()
		require.NoError(t, err, "%s: %s", name, said)
	}

	url := storetest.Postgres(t, cluster)
	file := filepath.Join(t.TempDir(), "autoclaim.dump")

	backedUpAmidClaims(t, url, func() string {
		empty, err := cluster.Database()
		require.NoError(t, err)
		tool("pg_dump", "--format=custom", "--file="+file, "--dbname="+url)
		tool("pg_restore", "--exit-on-error", "--no-owner", "--dbname="+empty, file)

		return empty
	})

	status, out := command(t, "backup", file+"2", "--database-url="+url)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "pg_dump")
}

func TestABaseBackupOfPostgreSQLServesOn(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)

	backedUpAmidClaims(t, url, func() string {
		copied, err := cluster.BaseBackup()
		require.NoError(t, err)
		t.Cleanup(copied.Close)

		restored, err := copied.At(url)
		require.NoError(t, err)

		return restored
	})
}
