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
	// maxFileSize is many times the size of any file that was seen.
	maxFileSize = 64 << 20
	// maxProblems bounds how many problems of a broken file are told at once.
	maxProblems = 20
)

// Read calls row with the cells of each row, in the order of columns, and the row's line in the file.
// row returns what is wrong with them, or "".
//
// The file has a header that names the columns, in any order and ignoring case; other columns are
// ignored. It may have a byte-order mark, be in UTF-8 or Windows-1252, and end its lines either way.
// White space around and within cells is reduced to single spaces. A file with anything wrong is an
// error that lists the lines; what calls it in messages.
func Read(r io.Reader, what string, columns []string, row func(line int, cells []string) (problem string)) error {
	text, err := readText(r, what)
	if err != nil {
		return err
	}

	reader := csv.NewReader(bytes.NewReader(text))
	// The rows' lengths are checked below, with all other problems.
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

// tidy reduces white space, of whatever kind, to single spaces.
func tidy(cell string) string { return strings.Join(strings.Fields(cell), " ") }

// readRows returns all problems, by line.
func readRows(reader *csv.Reader, width int, row func(line int, record []string) string) []string {
	var problems []string

	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return problems
		}

		if err != nil {
			// After a quote that isn't closed there are no rows to be made out any more.
			return append(problems, err.Error())
		}

		line, _ := reader.FieldPos(0)
		if len(record) != width {
			problems = append(problems, fmt.Sprintf("line %d: %d cells instead of %d", line, len(record), width))

			continue
		}

		// Neither PostgreSQL nor a reader of names has a use for it.
		if strings.ContainsRune(strings.Join(record, ""), 0) {
			problems = append(problems, fmt.Sprintf("line %d: a cell has the character U+0000", line))

			continue
		}

		if problem := row(line, record); problem != "" {
			problems = append(problems, fmt.Sprintf("line %d: %s", line, problem))
		}
	}
}
