package table_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/table"
)

func TestRowsComeWithTheirLinesAndTheCellsInTheCallersOrder(t *testing.T) {
	t.Parallel()

	var rows [][]string

	lines := []int{}
	err := table.Read(strings.NewReader("b,x,A\n1,-,\" two\n lines\"\n3,-,4\n"), "the file", []string{"a", "b"},
		func(line int, cells []string) string {
			rows, lines = append(rows, cells), append(lines, line)

			return ""
		})
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"two lines", "1"}, {"4", "3"}}, rows)
	assert.Equal(t, []int{2, 4}, lines)
}

func TestAProblemOfARowIsToldWithItsLine(t *testing.T) {
	t.Parallel()

	err := table.Read(strings.NewReader("a\n1\n2\n"), "the file", []string{"a"}, func(_ int, cells []string) string {
		if cells[0] == "2" {
			return "two is too many"
		}

		return ""
	})
	assert.EqualError(t, err, "the file is broken, and nothing was changed:\nline 3: two is too many")
}

func TestAFileThatIsMuchTooLargeIsRefused(t *testing.T) {
	t.Parallel()

	err := table.Read(strings.NewReader(strings.Repeat("x", 65<<20)), "the file", []string{"a"}, nil)
	assert.ErrorContains(t, err, "larger than 64 MiB")
}
