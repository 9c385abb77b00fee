package csvfile_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/csvfile"
)

func TestRowsHaveTheirLinesAndTheirCellsInTheCallersOrder(t *testing.T) {
	t.Parallel()

	var rows [][]string

	lines := []int{}
	err := csvfile.Read(strings.NewReader("b,x,A\n1,-,\" two\n lines\"\n3,-,4\n"), "the file", []string{"a", "b"},
		func(line int, cells []string) string {
			rows, lines = append(rows, cells), append(lines, line)

			return ""
		})
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"two lines", "1"}, {"4", "3"}}, rows)
	assert.Equal(t, []int{2, 4}, lines)
}

func TestAProblemOfARowIsReportedWithItsLine(t *testing.T) {
	t.Parallel()

	err := csvfile.Read(strings.NewReader("a\n1\n2\n"), "the file", []string{"a"}, func(_ int, cells []string) string {
		if cells[0] == "2" {
			return "two is too many"
		}

		return ""
	})
	assert.EqualError(t, err, "the file is broken, and nothing was changed:\nline 3: two is too many")
}

func TestAFileThatIsMuchTooLargeIsRefused(t *testing.T) {
	t.Parallel()

	err := csvfile.Read(strings.NewReader(strings.Repeat("x", 65<<20)), "the file", []string{"a"}, nil)
	assert.ErrorContains(t, err, "larger than 64 MiB")
}

// FuzzRead reads anything as a file with two columns.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "a", "a,b", "a,b\n1,2\n", "\ufeffB,x,A\r\n1,-,\" two\n lines\"\r\n", "a,b\n\xff,\x80\n", "a,b\n\"", "a,a,b\n1,2,3", "a,b\n,\n\n,,\n", "a,b\n1\x00,2\n",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		last := 1
		_ = csvfile.Read(strings.NewReader(text), "the file", []string{"a", "b"}, func(line int, cells []string) string {
			require.Len(t, cells, 2)
			require.Greater(t, line, last, "each row has a line of its own")

			last = line

			for _, cell := range cells {
				require.True(t, utf8.ValidString(cell))
				require.NotContains(t, cell, "\x00", "PostgreSQL keeps no U+0000")
				require.Equal(t, strings.TrimSpace(cell), cell)
			}

			return ""
		})
	})
}
