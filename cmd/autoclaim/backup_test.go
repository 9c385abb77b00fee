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

// requireBackupDuringClaims calls backUp, which makes and restores a backup, while users claim. The restored database,
// whose URL backUp returns, must have every claim that was answered before the backup began.
func requireBackupDuringClaims(t *testing.T, url string, backUp func() (restored string)) {
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
	answered := func() []string {
		mu.Lock()
		defer mu.Unlock()

		return slices.Clone(claimed)
	}

	for i := range 4 {
		users.Go(func() {
			// There are 100 licenses, 25 for each goroutine.
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

	require.Eventually(t, func() bool { return len(answered()) >= 10 }, startTimeout, time.Millisecond)

	before := answered()
	restored := backUp()

	stop()
	users.Wait()

	assert.Contains(t, succeed(t, "check", "--database-url="+restored), "All rules hold")

	restoredServer := start(t, dir, restored)

	for _, user := range before {
		var answer claimAnswer

		restoredServer.must("demo-sign-in", claimQuery(user), &answer)
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, answer.ClaimLicense.Outcome, user)
	}
}

func TestAnSQLiteBackupMadeDuringClaimsIsComplete(t *testing.T) {
	t.Parallel()

	url := storetest.SQLite(t)
	file := filepath.Join(t.TempDir(), "back up.db")

	requireBackupDuringClaims(t, url, func() string {
		assert.Regexp(t, `schema version [1-9]`, succeed(t, "backup", file, "--database-url="+url))

		return "sqlite:" + file
	})

	// A second backup neither replaces the file nor leaves temporary files.
	first, err := os.ReadFile(file)
	require.NoError(t, err)

	status, out := command(t, "backup", file, "--database-url="+url)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "a backup replaces no file")

	second, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, first, second)

	left, err := filepath.Glob(file + ".unfinished*")
	require.NoError(t, err)
	assert.Empty(t, left)

	status, out = command(t, "backup", file, "--database-url=sqlite:"+filepath.Join(t.TempDir(), "misspelled.db"))
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "no such file")
}

func TestAPostgreSQLDumpMadeDuringClaimsIsComplete(t *testing.T) {
	t.Parallel()

	tool := func(name string, args ...string) {
		program, err := testdb.Program(name)
		require.NoError(t, err)

		out, err := exec.Command(program, args...).CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
	}

	url := storetest.Postgres(t, cluster)
	file := filepath.Join(t.TempDir(), "autoclaim.dump")

	requireBackupDuringClaims(t, url, func() string {
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

func TestAPostgreSQLBaseBackupMadeDuringClaimsIsComplete(t *testing.T) {
	t.Parallel()

	url := storetest.Postgres(t, cluster)

	requireBackupDuringClaims(t, url, func() string {
		copied, err := cluster.BaseBackup()
		require.NoError(t, err)
		t.Cleanup(copied.Close)

		restored, err := copied.At(url)
		require.NoError(t, err)

		return restored
	})
}
