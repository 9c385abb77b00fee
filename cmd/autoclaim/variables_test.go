package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestAVariableThatSetsNoFlagIsRefused(t *testing.T) {
	url := "--database-url=" + storetest.SQLite(t)

	for name, remedy := range map[string]string{
		"AUTOCLAIM_TRUSTED_DOCUMENT": "did you mean AUTOCLAIM_TRUSTED_DOCUMENTS",
		"AUTOCLAIM_RATELIMIT":        "did you mean AUTOCLAIM_RATE_LIMIT",
		"AUTOCLAIM_rate_limit":       "it sets no flag",
		"AUTOCLAIM_":                 "autoclaim --help",
		"AUTOCLAIM_CLAIMABLE":        "it sets no flag",
	} {
		t.Setenv(name, "hunter2")

		for _, args := range [][]string{{"check", url}, {"serve", "--max-depth=0"}, {"serve"}} {
			status, out := command(t, args...)
			assert.Equal(t, 2, status, name)
			assert.Contains(t, out, "the environment variable "+name+": ")
			assert.Contains(t, out, remedy, name)
			assert.NotContains(t, out, "hunter2")
		}

		assert.Contains(t, succeed(t, "--version"), "autoclaim")
		require.NoError(t, os.Unsetenv(name))
	}
}

func TestVariablesOfOtherCommandsAndProgramsAreIgnored(t *testing.T) {
	t.Setenv("AUTOCLAIM_DATABASE_URL", storetest.SQLite(t))

	for name, value := range map[string]string{
		"AUTOCLAIM_MAX_DEPTH": "0", "AUTOCLAIM_ISSUER": "https://login.example", "AUTOCLAIM_TRUSTED_DOCUMENTS": "/no/such/file",
		// The clients' variable, and those that Kubernetes sets in each container for services named autoclaim…
		"AUTOCLAIM_URL": "http://127.0.0.1:8080", "AUTOCLAIM_SERVICE_HOST": "10.0.0.1", "AUTOCLAIM_SERVICE_PORT": "80",
		"AUTOCLAIM_SERVICE_PORT_HTTP": "80", "AUTOCLAIM_PORT": "tcp://10.0.0.1:80", "AUTOCLAIM_PORT_80_TCP": "tcp://10.0.0.1:80",
		"AUTOCLAIM_PORT_80_TCP_ADDR": "10.0.0.1", "AUTOCLAIM_DB_SERVICE_HOST": "10.0.0.2", "AUTOCLAIM_DB_PORT_5432_TCP_PROTO": "tcp",
	} {
		t.Setenv(name, value)
	}

	assert.Contains(t, succeed(t, "check"), "All rules hold.")
}

func TestAnEmptyVariableIsRefused(t *testing.T) {
	url := "--database-url=" + storetest.SQLite(t)
	settings := newVariables(nil)
	_, err := newParser(new(cli), buildinfo.Build{}, settings)
	require.NoError(t, err)

	for value, name := range settings.names {
		for _, empty := range []string{"", "\n", "\ufeff\r\n"} {
			t.Setenv(name, empty)

			status, out := command(t, "check", url)
			assert.Equal(t, 2, status, name)
			assert.Contains(t, out, "--"+value.Name+" (or "+name+"): the variable is empty", name)
			require.NoError(t, os.Unsetenv(name))
		}
	}
}

// mentioned matches the variables that files of this repository name.
var mentioned = regexp.MustCompile(`AUTOCLAIM_[A-Z][A-Z_0-9]*`)

func TestEachVariableInThisRepositoryExists(t *testing.T) {
	t.Parallel()

	settings := newVariables(nil)
	_, err := newParser(new(cli), buildinfo.Build{}, settings)
	require.NoError(t, err)

	for name := range settings.names {
		settings.values[settings.names[name]] = "set"
	}

	require.NoError(t, settings.check())

	found := 0

	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if slices.Contains([]string{".git", "node_modules", "dist", "bin"}, entry.Name()) {
			if entry.IsDir() {
				return fs.SkipDir
			}

			return nil // A link.
		}

		if !entry.Type().IsRegular() || strings.HasSuffix(path, "_test.go") ||
			!slices.Contains([]string{".go", ".md", ".mjs", ".ts", ".tsx", ".sh", ".yml", ".yaml", ".service", ""}, filepath.Ext(path)) {
			return nil
		}

		text, err := os.ReadFile(path)
		require.NoError(t, err)

		for _, name := range mentioned.FindAllString(string(text), -1) {
			if name == "AUTOCLAIM_SOME_FLAG" || name == "AUTOCLAIM_X" { // They stand for any.
				continue
			}

			found++

			checked := *settings
			checked.values = map[string]string{name: "set"}
			assert.NoError(t, checked.check(), path)
		}

		return nil
	}))
	assert.Greater(t, found, 10)
}
