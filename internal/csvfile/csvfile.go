// Package csvfile reads the CSV files that vendors and directories export.
package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	// maxFileSize is many times the size of the largest known file.
	maxFileSize = 64 << 20
	// maxProblems is the largest number of problems of a file that an error lists.
	maxProblems = 20
)

// Read calls row for each row, with the number of its line and with its cells in the order of columns. row returns
// what is wrong with the row, or an empty text.
//
// The file has a header that names the columns, in any order and ignoring case; other columns are
// ignored. It may be in UTF-8, with or without a byte-order mark, or in Windows-1252, and its lines may end in LF or
// CRLF. White space at the ends of cells is removed, and white space within them is reduced to single spaces. If
// anything is wrong with the file, the error lists the lines at fault and calls the file by what.
func Read(r io.Reader, what string, columns []string, row func(line int, cells []string) (problem string)) error {
	text, err := readText(r, what)
	if err != nil {
		return err
	}

	reader := csv.NewReader(bytes.NewReader(text))
	// readRows checks the lengths of rows, with all other problems.
	reader.FieldsPerRecord = -1

	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is empty: it needs a header and rows", what)
	}

	if err != nil {
		return fmt.Errorf("read the header of %s: %w", what, err)
	}

	places, err := findColumns(header, what, columns)
	if err != nil {
		return err
	}

	problems := readRows(reader, len(header), func(line int, record []string) string {
		cells := make([]string, len(places))
		for i, place := range places {
			cells[i] = tidy(record[place])
		}

		return row(line, cells)
	})
	if len(problems) == 0 {
		return nil
	}

	more := ""
	if len(problems) > maxProblems {
		more = fmt.Sprintf("\nand %d more", len(problems)-maxProblems)
		problems = problems[:maxProblems]
	}

	return fmt.Errorf("%s is broken, and nothing was changed:\n%s%s", what, strings.Join(problems, "\n"), more)
}

func readText(r io.Reader, what string) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}

	if len(raw) > maxFileSize {
		return nil, fmt.Errorf("%s is larger than %d MiB: is it the right one?", what, maxFileSize>>20)
	}

	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if utf8.Valid(raw) {
		return raw, nil
	}

	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, fmt.Errorf("read %s as Windows-1252: %w", what, err)
	}

	return text, nil
}

func findColumns(header []string, what string, columns []string) ([]int, error) {
	normalized := make([]string, len(header))
	for i, name := range header {
		normalized[i] = strings.ReplaceAll(strings.ToLower(tidy(name)), " ", "_")
	}

	places := make([]int, len(columns))

	var missing []string

	for i, name := range columns {
		places[i] = slices.Index(normalized, strings.ToLower(name))
		if places[i] < 0 {
			missing = append(missing, name)
		}
	}

	if len(missing) > 0 {
		return nil, fmt.Errorf("the header of %s (line 1) lacks %s: export the file again with these columns",
			what, strings.Join(missing, ", "))
	}

	return places, nil
}

// tidy trims white space of any kind, and reduces it to single spaces.
func tidy(cell string) string { return strings.Join(strings.Fields(cell), " ") }

// readRows returns all problems, in order of lines.
func readRows(reader *csv.Reader, width int, row func(line int, record []string) string) []string {
	var problems []string

	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return problems
		}

		if err != nil {
			// After a quote that is not closed, the ends of rows are unknown.
			return append(problems, err.Error())
		}

		line, _ := reader.FieldPos(0)
		if len(record) != width {
			problems = append(problems, fmt.Sprintf("line %d: %d cells instead of %d", line, len(record), width))

			continue
		}

		// PostgreSQL cannot store it.
		if strings.ContainsRune(strings.Join(record, ""), 0) {
			problems = append(problems, fmt.Sprintf("line %d: a cell has the character U+0000", line))

			continue
		}

		if problem := row(line, record); problem != "" {
			problems = append(problems, fmt.Sprintf("line %d: %s", line, problem))
		}
	}
}
