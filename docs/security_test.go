// Package docs_test checks that the pages of this repository match its code.
package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tests returns the names of all tests and fuzz targets in this repository.
func tests(t *testing.T) map[string]bool {
	t.Helper()

	names := make(map[string]bool)
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

	walk(t, root, func(path string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}

		text, err := os.ReadFile(path)
		require.NoError(t, err)

		for _, found := range declared.FindAllSubmatch(text, -1) {
			names[string(found[1])] = true
		}
	})

	return names
}

func TestEachLineOfTheThreatModelNamesATestThatExists(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("security.md")
	require.NoError(t, err)

	known := tests(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	_, threats, found := strings.Cut(string(text), "## Threats")
	require.True(t, found)

	threats, _, found = strings.Cut(threats, "\n## ")
	require.True(t, found)

	rows := 0

	for line := range strings.Lines(threats) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| threat ") || strings.HasPrefix(line, "| ---") {
			continue
		}

		rows++

		names := named.FindAllStringSubmatch(line, -1)
		assert.NotEmpty(t, names, line)

		for _, name := range names {
			assert.True(t, known[name[1]], "there is no %s: %s", name[1], line)
		}
	}

	assert.Greater(t, rows, 30)
}
