package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachDirectDependencyHasALineThatSaysWhyItIsThere(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("dependencies.md")
	require.NoError(t, err)

	named := make(map[string]bool)

	for line := range strings.Lines(string(text)) {
		if first, isRow := strings.CutPrefix(line, "| "); isRow {
			first, _, _ = strings.Cut(first, " |")
			for name := range strings.SplitSeq(first, ", ") {
				named[name] = true
			}
		}
	}

	walk(t, root, func(path string) {
		for _, name := range directDependencies(t, path) {
			assert.True(t, named[name], "docs/dependencies.md does not say why %s needs %s", path, name)
		}
	})
}

// directDependencies returns what a go.mod or package.json file asks for. Development tools have go.mod files of
// their own, which list only indirect dependencies.
func directDependencies(t *testing.T, path string) []string {
	t.Helper()

	var names []string

	switch filepath.Base(path) {
	case "go.mod":
		text, err := os.ReadFile(path)
		require.NoError(t, err)

		required := regexp.MustCompile(`(?m)^(?:require |\t)(\S+) v\S+$`)
		for _, found := range required.FindAllStringSubmatch(string(text), -1) {
			names = append(names, found[1])
		}
	case "package.json":
		text, err := os.ReadFile(path)
		require.NoError(t, err)

		var manifest struct{ Dependencies, DevDependencies map[string]string }
		require.NoError(t, json.Unmarshal(text, &manifest), path)

		for _, group := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
			for name := range group {
				if !strings.HasPrefix(name, "@types/") { // The types of a package that is listed.
					names = append(names, name)
				}
			}
		}
	}

	return names
}
