package csvfile_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/csvfile"
)

// ab is the format of a file with the columns a and b.
func ab() csvfile.Format {
	return csvfile.Format{
		What:    "the file",
		Columns: []csvfile.Column{{Name: "col_a", Aliases: []string{"alpha"}}, {Name: "col_b", Verbatim: true}},
		Limits:  csvfile.DefaultLimits(),
	}
}

// table is what was read from a file.
type table struct {
	lines  []int
	rows   [][]string
	report csvfile.Report
}

func read(text string) (table, error) {
	var (
		got table
		err error
	)

	got.report, err = csvfile.Read(strings.NewReader(text), ab(), func(line int, cells []string) string {
		if cells[0] == "bad" {
			return "bad is not allowed"
		}

		got.lines, got.rows = append(got.lines, line), append(got.rows, cells)

		return ""
	})

	return got, err
}

func mustRead(t *testing.T, text string) table {
	t.Helper()

	got, err := read(text)
	require.NoError(t, err, "%q", text)

	return got
}

func skippedLines(report csvfile.Report) (lines []int) {
	for _, note := range report.Skipped.First {
		lines = append(lines, note.Line)
	}

	return lines
}

func TestRowsHaveTheirLinesAndTheirCellsInTheFormatsOrder(t *testing.T) {
	t.Parallel()

	got := mustRead(t, "col_b,x,COL A\n1,-,\" two\n lines\"\n3,-,4\n")
	assert.Equal(t, [][]string{{"two lines", "1"}, {"4", "3"}}, got.rows)
	assert.Equal(t, []int{2, 4}, got.lines)
	assert.Equal(t, 2, got.report.Rows)
}

func TestAnyUsualSeparatorIsRecognizedByTheHeader(t *testing.T) {
	t.Parallel()

	for _, comma := range []string{",", ";", "\t", "|"} {
		text := strings.ReplaceAll("col_a^x^col_b\n1^-^\"a,b;c\td|e\"\n\"2\"^\"\"^b\n", "^", comma)
		assert.Equal(t, [][]string{{"1", "a,b;c\td|e"}, {"2", "b"}}, mustRead(t, text).rows, text)
	}

	assert.Equal(t, [][]string{{"1", ""}, {"2", "x"}}, mustRead(t, "col_a\tcol_b\n1\t\n2\tx\n").rows,
		"an empty cell between tabs is a cell")
}

func TestALineMayNameTheSeparator(t *testing.T) {
	t.Parallel()

	want := [][]string{{"1", "2"}}

	for _, text := range []string{
		"sep=,\ncol_a,col_b\n1,2\n", "SEP=;\r\ncol_a;col_b\r\n1;2\r\n", "sep=\t\ncol_a\tcol_b\n1\t2\n",
		"\"sep=;\"\ncol_a;col_b\n1;2\n", "sep=;;;\ncol_a;col_b\n1;2\n", "\ufeffsep=^\ncol_a^col_b\n1^2\n",
		"sep=\ncol_a\tcol_b\n1\t2\n", "sep=;\ncol_a,col_b\n1,2\n",
	} {
		got := mustRead(t, text)
		assert.Equal(t, want, got.rows, text)
		assert.Equal(t, []int{3}, got.lines, text)
	}
}

func TestNamesOfColumnsMayBeWrittenDifferently(t *testing.T) {
	t.Parallel()

	for _, header := range []string{
		"Col_A,Col_B", "COL A, col b", "col-a,colB", "\"Col_ A\",col_b", "col_\u00a0a,\u200bcol_b", "Alpha,Col_B", "alpha,col_b,col c",
		",col_a,,col_b,", "col_a,alpha,col_b",
	} {
		row := strings.Repeat("x,", 5) + "\n"
		got := mustRead(t, header+"\n"+row[:2*len(strings.Split(header, ","))-1]+"\n")
		assert.Equal(t, [][]string{{"x", "x"}}, got.rows, header)
	}
}

func TestAHeaderWithoutAColumnNamesWhatIsThere(t *testing.T) {
	t.Parallel()

	_, err := read("col_a,other\n1,2\n")
	require.ErrorContains(t, err, `the header of the file (line 1) lacks col_b: it has "col_a", "other"`)
	require.ErrorContains(t, err, "nothing was changed")

	_, err = read("\n\ncol_a,col_b,COL B\n1,2,3\n")
	require.ErrorContains(t, err, `line 3`)
	require.ErrorContains(t, err, `col_b ("col_b" and "COL B") twice`)

	_, err = read(strings.Repeat("x", 100_000) + strings.Repeat(",y", 1000) + "\n")
	require.ErrorContains(t, err, "lacks col_a, col_b")
	assert.Less(t, len(err.Error()), 1000)
}

func TestOtherTextMayPrecedeTheHeader(t *testing.T) {
	t.Parallel()

	got := mustRead(t, "\n,,\nUsers of Contoso\nExported on 1 May; by \"Ann\"\n\ncol_a;col_b\n1;2\n")
	assert.Equal(t, [][]string{{"1", "2"}}, got.rows)
	assert.Equal(t, []int{7}, got.lines)
	assert.Equal(t, 1, got.report.Rows)
}

func TestRowsWithoutContentAreIgnored(t *testing.T) {
	t.Parallel()

	got := mustRead(t, "\n ,,\ncol_a,col_b\n\n1,2\n,\n,,,\n\" \",\u00a0\n \t \n\ufeff\n\x1a\n3,4\n\n\n\x1a")
	assert.Equal(t, [][]string{{"1", "2"}, {"3", "4"}}, got.rows)
	assert.Equal(t, []int{5, 12}, got.lines)
	assert.Equal(t, 2, got.report.Rows)
	assert.Zero(t, got.report.Skipped.Count)
}

func TestTheHeaderMayStandInTheFileAgain(t *testing.T) {
	t.Parallel()

	got := mustRead(t, "col_a,col_b\n1,2\n\ufeffcol_a,col_b\n3,4\n")
	assert.Equal(t, [][]string{{"1", "2"}, {"3", "4"}}, got.rows)
}

func TestWhatSurroundsCellsIsRemoved(t *testing.T) {
	t.Parallel()

	got := mustRead(t, "col_a,col_b\n\u00a0 Ann \u200b , \u200ex  y\ufeff\n a\u00a0 b ,\"=\"\"007\"\"\"\n1,=\"0 08\"\n1, \"x, y\"\n")
	assert.Equal(t, [][]string{{"Ann", "x  y"}, {"a b", "007"}, {"1", "0 08"}, {"1", "x, y"}}, got.rows)
}

func TestARowThatCannotBeReadIsSkippedWithItsLine(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ row, says string }{
		"too few cells":        {"1", "1 cells instead of 2"},
		"too many cells":       {"1,2,3", "3 cells instead of 2"},
		"U+0000":               {"1,2\x00", "U+0000"},
		"a quote in the way":   {`"1"x,2`, `a quote (") is not closed`},
		"an open quote":        {`"1,2`, `a quote (") is not closed`},
		"a refusal":            {"bad,2", "bad is not allowed"},
		"much too long":        {strings.Repeat("x", 100_000) + ",2", "longer than 65536 bytes"},
		"not UTF-8":            {"é,\xe9", "not in UTF-8"},
		"an open quote within": {`1,"2`, `a quote (") is not closed`},
	} {
		text := "col_a,col_b\n1,é\n" + test.row + "\n3,4\n5,\"6 \"\"é\"\"\"\n"
		got := mustRead(t, text)
		assert.Equal(t, [][]string{{"1", "é"}, {"3", "4"}, {"5", `6 "é"`}}, got.rows, name)
		assert.Equal(t, 4, got.report.Rows, name)
		require.Equal(t, 1, got.report.Skipped.Count, name)
		assert.Equal(t, 3, got.report.Skipped.First[0].Line, name)
		assert.Contains(t, got.report.Skipped.First[0].Text, test.says, name)
	}
}

func TestAnOpenQuoteHidesNoOtherRows(t *testing.T) {
	t.Parallel()

	// The quote of line 3 is closed on line 5, as the second cell of a row with three cells.
	got := mustRead(t, "col_a,col_b\n1,2\n\"3,4\n5,6\n7,8\",9\n10,11\n12,\"13\n14\"\n15,16\n")
	assert.Equal(t, [][]string{{"1", "2"}, {"5", "6"}, {"10", "11"}, {"12", "13\n14"}, {"15", "16"}}, got.rows)
	assert.Equal(t, []int{3, 5}, skippedLines(got.report))
	assert.Contains(t, got.report.Skipped.First[0].Text, "is a quote not closed?")
}

func TestAQuoteWithinACellIsACharacter(t *testing.T) {
	t.Parallel()

	got := mustRead(t, "col_a,col_b\nAnn \"Bo\" Lee,5\" disk\n1,2\n")
	assert.Equal(t, [][]string{{`Ann "Bo" Lee`, `5" disk`}, {"1", "2"}}, got.rows)
}

func TestTheSecondLineOfARowThatIsRefusedIsNoRow(t *testing.T) {
	t.Parallel()

	for _, broken := range []string{"bad,\"x\ny,z\"", "1,\"x \"y\"\nz\",4\"", "\"1\n2\",\"x\ny\",3\n4\",5"} {
		got := mustRead(t, "col_a,col_b\n1,2\n"+broken+"\n3,4\n5,6\n7,8\n")
		assert.Equal(t, [][]string{{"1", "2"}, {"3", "4"}, {"5", "6"}, {"7", "8"}}, got.rows, broken)
		assert.NotZero(t, got.report.Skipped.Count, broken)
	}
}

func TestAFileOfWhichTooMuchCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		good, bad, percent int
		refused            bool
	}{
		{1, 0, 10, false},
		{0, 1, 10, true},
		{1, 1, 10, false},
		{1, 2, 10, true},
		{10, 10, 10, false},
		{10, 11, 10, true},
		{90, 11, 10, true},
		{90, 10, 10, false},
		{900, 100, 10, false},
		{900, 101, 10, true},
		{1, 1, 0, true},
		{1, 2, 100, false},
		{98, 2, 1, false},
		{1000, 11, 1, true},
	} {
		format := ab()
		format.Limits.MaxSkipped = test.percent

		text := "col_a,col_b\n" + strings.Repeat("bad,x\n", test.bad) + strings.Repeat("1,2\n", test.good)
		report, err := csvfile.Read(strings.NewReader(text), format, func(_ int, cells []string) string {
			if cells[0] == "bad" {
				return "bad is not allowed"
			}

			return ""
		})
		assert.Equal(t, test.refused, err != nil, "%+v: %v", test, err)

		if err == nil {
			assert.Equal(t, test.bad, report.Skipped.Count, "%+v", test)
		}
	}
}

func TestARefusalListsTheFirstLines(t *testing.T) {
	t.Parallel()

	_, err := read("col_a,col_b\n" + strings.Repeat("bad,x\n", 25))
	require.ErrorContains(t, err, "the file is broken, and nothing was changed: ")
	require.ErrorContains(t, err, "--max-skipped")
	require.ErrorContains(t, err, "\nline 2: bad is not allowed\n")
	assert.LessOrEqual(t, strings.Count(err.Error(), "\n"), 21)

	format := ab()
	format.Limits.MaxSkipped = 100
	report, err := csvfile.Read(strings.NewReader("col_a,col_b\n"+strings.Repeat("1,2,3\n", 1500)), format, nil)
	require.NoError(t, err)
	assert.Equal(t, 1500, report.Skipped.Count)
	assert.Len(t, report.Skipped.First, 1000, "the others are only counted")
}

func TestAFileThatIsMuchTooLargeIsRefused(t *testing.T) {
	t.Parallel()

	format := ab()
	format.Limits.MaxFileSize = 2 << 20

	_, err := csvfile.Read(strings.NewReader(strings.Repeat("x", 2<<20+1)), format, nil)
	require.ErrorContains(t, err, "larger than 2 MiB")
	require.ErrorContains(t, err, "--max-file-size")

	assert.EqualValues(t, 64<<20, csvfile.DefaultLimits().MaxFileSize)
}

// FuzzRead reads anything as a file with two columns.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "a", "col_a,col_b", "col_a,col_b\n1,2\n", "\ufeffCol B,x,A\r\n1,-,\" two\n lines\"\r\n", "col_a,col_b\n\xff,\x80\n",
		"col_a,col_b\n\"", "col_a,col_a,col_b\n1,2,3", "col_a,col_b\n,\n\n,,\n", "col_a,col_b\n1\x00,2\n", "sep=;\ncol_a;col_b\n\"1\n2;3\n4\";5\n",
		"\xff\xfec\x00o\x00l\x00_\x00a\x00,\x00c\x00o\x00l\x00_\x00b\x00\n\x001\x00,\x002\x00", "col_a\tcol_b\r1\t2\r", "PK\x03\x04", "<html>",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		report, _ := csvfile.Read(strings.NewReader(text), ab(), func(line int, cells []string) string {
			require.Len(t, cells, 2)
			require.Greater(t, line, last, "each row has a line of its own")

			last = line

			for _, cell := range cells {
				require.True(t, utf8.ValidString(cell))
				require.NotContains(t, cell, "\x00", "PostgreSQL keeps no U+0000")
				require.Equal(t, strings.TrimSpace(cell), cell)
			}

			if len(cells[0])%3 == 1 {
				return fmt.Sprintf("%d", line)
			}

			return ""
		})
		require.LessOrEqual(t, report.Skipped.Count, report.Rows)
	})
}
