package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

var errRowTooLong = errors.New("the row is too long")

// record is a row of the file, or what is wrong with it.
type record struct {
	line    int
	cells   []string
	problem string
	// start is where the row begins, in bytes, and lines is how many lines it takes.
	start, lines int
}

// rowReader reads the rows below a header. After a row that is broken, it goes on at the next line: a quote that is not
// closed hides no other rows.
type rowReader struct {
	text   []byte
	header header

	at, line int // Where the next row begins.
	// reader reads text from base on, as far as the window allows.
	reader *csv.Reader
	window *window
	base   int
}

func newRowReader(text []byte, h header) *rowReader {
	r := &rowReader{text: text, header: h, line: h.line}
	r.restart(h.end)

	return r
}

// restart lets the reader begin anew at a line.
func (r *rowReader) restart(at int) {
	r.at, r.base = at, at
	r.window = &window{rest: r.text[at:]}
	// The reader reads through a buffer, and could not be told to go back.
	r.reader = newCSVReader(r.window, r.header.comma)
}

// next returns the next row. ok is false after the last one.
func (r *rowReader) next() (row record, ok bool) {
	for r.at < len(r.text) && r.text[r.at] == '\n' { // The reader skips empty lines too.
		r.at, r.line = r.at+1, r.line+1
	}

	if r.at == len(r.text) {
		return record{}, false
	}

	row.line, row.start, row.lines = r.line, r.at, 1
	r.window.allow(r.at - r.base + maxRow)

	cells, err := r.reader.Read()
	if err != nil {
		row.cells, row.problem = r.salvage(r.skipLine(), err)

		return row, true
	}

	end := r.base + int(r.reader.InputOffset())
	row.cells, row.lines = cells, bytes.Count(r.text[r.at:end], []byte("\n"))
	r.at, r.line = end, r.line+row.lines

	return row, true
}

// rewind goes back to the second line of a row that took several but makes no sense: a quote that is not closed may
// have joined several rows.
func (r *rowReader) rewind(row record) {
	if row.lines > 1 {
		r.at, r.line = row.start, row.line
		r.skipLine()
	}
}

// skipLine goes on after the current line, and returns it.
func (r *rowReader) skipLine() []byte {
	line := r.text[r.at:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}

	r.restart(r.at + len(line))
	r.line++

	return line
}

// salvage reads a line alone in which quotes are used as other characters, such as 5" disk. It returns what is wrong
// with the line if it cannot be understood.
func (r *rowReader) salvage(line []byte, err error) (cells []string, problem string) {
	failed, isParseError := errors.AsType[*csv.ParseError](err)

	switch {
	case errors.Is(err, errRowTooLong):
		return nil, fmt.Sprintf("the row is longer than %s. Is a quote not closed?", size(maxRow))
	case isParseError && errors.Is(err, csv.ErrBareQuote) && failed.StartLine == failed.Line && len(line) <= maxRow:
		reader := newCSVReader(bytes.NewReader(line), r.header.comma)
		reader.LazyQuotes = true

		if cells, err := reader.Read(); err == nil && r.header.fits(cells) && !slices.ContainsFunc(cells, closesQuote) {
			return cells, ""
		}

		return nil, `a cell has a quote (") that does not enclose the whole cell`
	default:
		return nil, `a quote (") is not closed, or is within a cell in quotes without being doubled`
	}
}

// closesQuote says whether a cell may be the end of one in quotes that began on an earlier line.
func closesQuote(cell string) bool {
	const pair = 2

	return strings.HasSuffix(strings.TrimSpace(cell), `"`) && strings.Count(cell, `"`)%pair != 0
}

// window is a reader that fails after a part of the rest of a text, which the caller extends.
type window struct {
	rest    []byte
	read    int
	allowed int
}

// allow allows to read so many bytes in all.
func (w *window) allow(bytes int) { w.allowed = bytes }

// Read implements [io.Reader].
func (w *window) Read(p []byte) (int, error) {
	switch {
	case len(w.rest) == 0:
		return 0, io.EOF
	case w.read >= w.allowed:
		return 0, errRowTooLong
	}

	n := copy(p, w.rest[:min(len(w.rest), w.allowed-w.read)])
	w.rest = w.rest[n:]
	w.read += n

	return n, nil
}
