package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

var (
	// cluster is the PostgreSQL server of this package's tests.
	cluster = testdb.NewCluster()
	// program is the command, built as a release.
	program string
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "autoclaim-bin-")
	if err != nil {
		panic(err)
	}

	program = filepath.Join(dir, "autoclaim")
	if err := buildRelease(program); err != nil {
		panic(err)
	}

	status := m.Run()
	cluster.Close()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// command runs a command line in this process, and returns its exit status and output.
func command(t *testing.T, args ...string) (status int, out string) {
	t.Helper()

	var text bytes.Buffer

	status = run(t.Context(), args, &text, &text)

	return status, text.String()
}

// succeed is like command, but an exit status other than 0 fails the test.
func succeed(t *testing.T, args ...string) string {
	t.Helper()

	status, out := command(t, args...)
	require.Zero(t, status, out)

	return out
}
