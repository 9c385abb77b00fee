// Package csvfile reads the CSV files that vendors, directories and spreadsheet programs export, in all their
// encodings and with all their separators. A row that cannot be read is skipped and reported; a file of which too many
// rows cannot be read is refused.
package csvfile

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// maxListed is the largest number of skipped rows that an error lists.
const maxListed = 20

// Format describes the files that a command reads.
type Format struct {
	// What names the file in messages, such as "the users file".
	What string
	// Columns are the columns that the file needs, in any order. Others are ignored.
	Columns []Column
	// Source tells where to get the file, for messages about one that is something else; may be empty.
	Source string
	Limits Limits
}

// Column is a column that a file needs. Names are compared without regard to case, white space and punctuation.
type Column struct {
	Name string
	// Aliases are the column's names in other editions of the file, or in files of other programs. They count only if
	// there is no column with the name itself.
	Aliases []string
	// Verbatim keeps the white space within cells. It is reduced to single spaces otherwise.
	Verbatim bool
}

// Report says what was read.
type Report struct {
	// Rows counts the rows below the header, including skipped ones. Rows without any content are not counted.
	Rows int
	// Skipped are the rows that could not be read.
	Skipped Notes
}

// Read calls row for each row, with the number of its line, and with its cells in the order of the format's columns.
// row returns what is wrong with the row, or an empty text; then the row is skipped.
//
// The file may be in UTF-8, UTF-16, UTF-32 or Windows-1252, with any number of byte-order marks. Cells may be separated
// by commas, semicolons, tabs or vertical bars, which a line such as "sep=;" may name. Lines may end in LF, CRLF or CR. A
// few lines of other text may precede the header. White space and invisible characters at the ends of cells are
// removed. If the file is something else, or if more rows are wrong than the limits allow, Read returns an error. It
// may have called row by then.
func Read(r io.Reader, format Format, row func(line int, cells []string) (problem string)) (Report, error) {
	text, err := format.readText(r)
	if err != nil {
		return Report{}, err
	}

	header, err := format.findHeader(text)
	if err != nil {
		return Report{}, err
	}

	var (
		report Report
		rows   = newRowReader(text, header)
		// The number of rows is unknown before the end, but it is at most the number of lines.
		hopeless = format.Limits.allowed(bytes.Count(text, []byte("\n")) + 1)
	)

	for {
		record, ok := rows.next()
		if !ok {
			break
		}

		cells, problem := header.cells(record, format.Columns)
		if problem == "" && cells == nil {
			continue
		}

		report.Rows++

		if problem != "" {
			rows.rewind(record)
		} else if problem = row(record.line, cells); problem == "" {
			continue
		}

		if report.Skipped.Add(record.line, problem); report.Skipped.Count > hopeless {
			break
		}
	}

	if report.Skipped.Count > format.Limits.allowed(report.Rows) {
		return report, tooManySkipped(format.What, report)
	}

	return report, nil
}

func (f Format) readText(r io.Reader) ([]byte, error) {
	limit := f.Limits.MaxFileSize

	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.What, err)
	}

	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%s is larger than %s: is it the right one? If so, raise --max-file-size", f.What, size(limit))
	}

	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, fmt.Errorf("%s is empty: it needs a header and rows", f.What)
	}

	if other := binaryKind(raw); other.is != "" {
		return nil, f.notCSV(other)
	}

	text, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.What, err)
	}

	return endLines(text), nil
}

func size(bytes int64) string {
	const mebibyte = 1 << 20
	if bytes >= mebibyte && bytes%mebibyte == 0 {
		return fmt.Sprintf("%d MiB", bytes/mebibyte)
	}

	return fmt.Sprintf("%d bytes", bytes)
}

func tooManySkipped(what string, report Report) error {
	var list strings.Builder

	for i, note := range report.Skipped.First {
		if i == maxListed {
			break
		}

		list.WriteString("\n" + note.String())
	}

	if more := report.Skipped.Count - maxListed; more > 0 {
		fmt.Fprintf(&list, "\nand %d more", more)
	}

	return fmt.Errorf("%s is broken, and nothing was changed: %d of its first %d rows cannot be read, which is more than "+
		"--max-skipped allows. Correct these lines, or export the file again:%s",
		what, report.Skipped.Count, report.Rows, list.String())
}
