package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the repository, as seen from this directory.
const root = ".."

// page is one Markdown file of the repository.
type page struct {
	path string // From this directory.
	// prose is the text without fenced code, and fenced is that code.
	prose, fenced string
}

// pages returns all Markdown files of the repository.
func pages(t *testing.T) []page {
	t.Helper()

	var found []page

	walk(t, root, func(path string) {
		if filepath.Ext(path) == ".md" {
			found = append(found, readPage(t, path))
		}
	})

	return found
}

// walk visits the files of the repository, without what tools installed or built.
func walk(t *testing.T, from string, visit func(path string)) {
	t.Helper()

	require.NoError(t, filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.IsDir():
			visit(path)
		case entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == "dist":
			return filepath.SkipDir
		}

		return nil
	}))
}

func readPage(t *testing.T, path string) page {
	t.Helper()

	text, err := os.ReadFile(path)
	require.NoError(t, err)

	read := page{path: path}
	inFence := false

	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			inFence = !inFence
		case inFence:
			read.fenced += line
		default:
			read.prose += line
		}
	}

	require.False(t, inFence, "%s: a code block has no end", path)

	return read
}

// anchors returns the names that GitHub gives to the page's headings.
func (p page) anchors() map[string]bool {
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	anchors := make(map[string]bool)

	for line := range strings.Lines(p.prose) {
		if level := strings.IndexFunc(line, func(r rune) bool { return r != '#' }); level > 0 && line[level] == ' ' {
			name := dropped.ReplaceAllString(strings.ToLower(strings.TrimSpace(line[level:])), "")
			anchors[strings.ReplaceAll(name, " ", "-")] = true
		}
	}

	return anchors
}

// codeSpans returns what stands between backticks in the prose.
func (p page) codeSpans() []string {
	var spans []string
	for _, found := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(p.prose, -1) {
		spans = append(spans, found[1])
	}

	return spans
}

func TestEachLinkLeadsToAFileAndAHeadingThatExist(t *testing.T) {
	t.Parallel()

	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)

	for _, page := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(page.prose, -1) {
			path, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(path, "://") || strings.HasPrefix(path, "mailto:") {
				continue
			}

			target := page.path
			if path != "" {
				target = filepath.Join(filepath.Dir(page.path), path)
			}

			_, err := os.Stat(target)
			if !assert.NoError(t, err, "%s links to %s", page.path, found[1]) || anchor == "" {
				continue
			}

			assert.True(t, readPage(t, target).anchors()[anchor], "%s links to %s: no such heading", page.path, found[1])
		}
	}
}

func TestEachPathOfTheRepositoryThatAPageNamesExists(t *testing.T) {
	t.Parallel()

	entries, err := os.ReadDir(root)
	require.NoError(t, err)

	topLevel := make(map[string]bool)
	for _, entry := range entries {
		topLevel[entry.Name()] = entry.IsDir()
	}

	// What make builds may be there or not.
	delete(topLevel, "bin")
	delete(topLevel, "dist")

	for _, page := range pages(t) {
		for _, span := range page.codeSpans() {
			path := strings.TrimSuffix(strings.TrimPrefix(span, "./"), "/...")
			first, _, nested := strings.Cut(path, "/")

			if !nested || !topLevel[first] || strings.ContainsAny(path, "*…<> $") {
				continue // It is something else, such as a media type, or a pattern.
			}

			_, err := os.Stat(filepath.Join(root, path))
			assert.NoError(t, err, "%s names %s", page.path, span)
		}
	}
}

func TestEachBrowserTestThatAPageNamesExists(t *testing.T) {
	t.Parallel()

	known := make(map[string]bool)

	walk(t, filepath.Join(root, "test"), func(path string) { known[filepath.Base(path)] = true })

	for _, page := range pages(t) {
		for _, name := range regexp.MustCompile(`[\w-]+\.spec\.mjs`).FindAllString(page.prose+page.fenced, -1) {
			assert.True(t, known[name], "%s names %s", page.path, name)
		}
	}
}

func TestTheIndexOfDecisionsHasEachOfThem(t *testing.T) {
	t.Parallel()

	index, err := os.ReadFile("decisions/README.md")
	require.NoError(t, err)

	files, err := filepath.Glob("decisions/*.md")
	require.NoError(t, err)

	for _, file := range files {
		if name := filepath.Base(file); name != "README.md" {
			assert.Contains(t, string(index), "]("+name+")")
		}
	}
}
