package csvfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPreamble is how many rows at the beginning of a file are searched for the header.
const maxPreamble = 10

// header says how the rows of a file are written, and where their columns are.
type header struct {
	comma  rune
	names  []string // In the order of the format's columns, as they stand in the file.
	places []int    // In the same order.
	least  int      // How many cells each row has: up to the last column with a name.
	most   int      // How many cells a row may have with content: all columns.
	end    int      // Where the first row begins, in bytes,
	line   int      // and its line.
}

// findHeader finds the header and the separator of cells: those with which the format's columns are there.
func (f Format) findHeader(text []byte) (header, error) {
	if other := markupKind(text); other.is != "" {
		return header{}, f.notCSV(other)
	}

	commas := []rune{',', ';', '\t', '|'}

	var closest candidate

	for at, line, tried := 0, 1, 0; at < len(text) && tried < maxPreamble; line++ {
		next := len(text)
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			next = at + i + 1
		}

		comma, isSeparatorLine := separatorLine(text[at:next])

		switch {
		case isBlankLine(text[at:min(next, at+maxRow)]):
		case isSeparatorLine:
			commas = append([]rune{comma}, commas...)
		default:
			tried++

			found := f.tryHeader(text, at, line, commas)
			if found.doubled != "" || len(found.missing) == 0 {
				return found.header, found.problem(f.What)
			}

			if closest.cells == nil || len(found.missing) < len(closest.missing) {
				closest = found
			}
		}

		at = next
	}

	if closest.cells == nil {
		return header{}, fmt.Errorf("%s is empty: it needs a header and rows", f.What)
	}

	if other := textKind(text); other.is != "" {
		return header{}, f.notCSV(other)
	}

	return header{}, closest.problem(f.What)
}

// isBlankLine says whether a line has separators at most.
func isBlankLine(line []byte) bool {
	return isBlank(strings.FieldsFunc(string(line), func(c rune) bool { return strings.ContainsRune(`,;|"`, c) }))
}

// separatorLine reads a line such as "sep=;", by which spreadsheet programs know the separator. They may have quoted the
// line, or added empty cells to it.
func separatorLine(line []byte) (comma rune, ok bool) {
	const prefix = "sep="

	text := strings.TrimLeft(string(line[:min(len(line), maxNoteLength)]), ` "`)
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return 0, false
	}

	text = strings.TrimRight(text[len(prefix):], "\r\n")
	comma, size := utf8.DecodeRuneInString(text)
	rest := strings.Trim(text[size:], "\" ,;\t|")

	// A tab may have been lost. Then the header shows the separator.
	if text == "" || comma == '"' {
		return ',', rest == ""
	}

	return comma, rest == "" && comma != utf8.RuneError && !unicode.IsLetter(comma) && !unicode.IsDigit(comma)
}

// candidate is a row that may be the header.
type candidate struct {
	header

	cells   []string
	missing []string
	doubled string
}

func (c candidate) problem(what string) error {
	const most = 10

	shown := make([]string, 0, most)

	for _, cell := range c.cells[:min(most, len(c.cells))] {
		shown = append(shown, fmt.Sprintf("%.40q", cell))
	}

	line := c.line - 1 // For the errors, the header's own line is close enough if it takes several.

	switch {
	case c.doubled != "":
		return fmt.Errorf("the header of %s (line %d) has the column %s twice. Remove or rename one of them; nothing was changed",
			what, line, c.doubled)
	case len(c.missing) > 0:
		return fmt.Errorf("the header of %s (line %d) lacks %s: it has %s. Export the file again with these columns; nothing was changed",
			what, line, strings.Join(c.missing, ", "), strings.Join(shown, ", "))
	default:
		return nil
	}
}

// tryHeader reads the row at a position with each separator, and returns the one with which most columns are there.
func (f Format) tryHeader(text []byte, at, line int, commas []rune) candidate {
	var best candidate

	for _, comma := range commas {
		reader := newCSVReader(bytes.NewReader(text[at:min(at+maxRow, len(text))]), comma)
		reader.LazyQuotes = true

		cells, err := reader.Read()
		if err != nil {
			continue
		}

		end := at + int(reader.InputOffset())

		found := f.match(cells)
		found.comma, found.end = comma, end
		found.line = line + max(1, bytes.Count(text[at:end], []byte("\n")))

		if best.cells == nil || len(found.missing) < len(best.missing) {
			best = found
		}
	}

	return best
}

// match finds the format's columns among the cells of a header.
func (f Format) match(cells []string) candidate {
	found := candidate{cells: cells}
	found.most = len(cells)

	normal := make([]string, len(cells))

	for i, cell := range cells {
		normal[i] = normalName(cell)
		if normal[i] != "" {
			found.least = i + 1
		}
	}

	for _, column := range f.Columns {
		places := placesOf(normal, []string{column.Name})
		if len(places) == 0 {
			places = placesOf(normal, column.Aliases)
		}

		switch {
		case len(places) == 0:
			found.missing = append(found.missing, column.Name)
		case len(places) > 1:
			found.doubled = fmt.Sprintf("%s (%.40q and %.40q)", column.Name, cells[places[0]], cells[places[1]])
		default:
			found.places = append(found.places, places[0])
			found.names = append(found.names, tidy(cells[places[0]], false))
		}
	}

	return found
}

func placesOf(normal, names []string) (places []int) {
	for i, name := range normal {
		if slices.ContainsFunc(names, func(wanted string) bool { return normalName(wanted) == name }) {
			places = append(places, i)
		}
	}

	return places
}

// normalName is equal for names of columns that differ only in case, white space and punctuation.
func normalName(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}

		return -1
	}, name)
}

// cells returns the cells of a row in the order of the columns. They are nil, without a problem, if the row has no content or is
// the header once more, as in files that were put together.
func (h header) cells(r record, columns []Column) (cells []string, problem string) {
	if r.problem != "" {
		return nil, r.problem
	}

	if isBlank(r.cells) {
		return nil, ""
	}

	if problem := h.checkCells(r.cells); problem != "" {
		return nil, problem
	}

	cells = make([]string, len(h.places))
	for i, place := range h.places {
		if text := strings.TrimSpace(r.cells[place]); strings.ContainsRune(text, '\n') && strings.ContainsRune(text, h.comma) {
			return nil, fmt.Sprintf("the cell %s has several lines and separators: is a quote not closed?", h.names[i])
		}

		cells[i] = tidy(r.cells[place], columns[i].Verbatim)
	}

	if slices.Equal(cells, h.names) {
		return nil, ""
	}

	return cells, ""
}

// checkCells returns what is wrong with a row as a whole.
func (h header) checkCells(cells []string) (problem string) {
	for _, cell := range cells {
		switch {
		case strings.ContainsRune(cell, 0): // PostgreSQL cannot store it.
			return "a cell has the character U+0000"
		case !utf8.ValidString(cell):
			return "the row is not in UTF-8, but most of the file is"
		}
	}

	if !h.fits(cells) {
		return fmt.Sprintf("%d cells instead of %d", len(cells), h.least)
	}

	return ""
}

// fits says whether a row has a cell for each column of the header. It may have empty cells after them.
func (h header) fits(cells []string) bool {
	return len(cells) >= h.least && isBlank(cells[min(h.most, len(cells)):])
}

// newCSVReader returns a reader for a file whose cells are separated in this way.
func newCSVReader(r io.Reader, comma rune) *csv.Reader {
	reader := csv.NewReader(r)
	reader.Comma = comma
	reader.FieldsPerRecord = -1
	// Spaces before cells mean nothing, unless the separator itself is white space.
	reader.TrimLeadingSpace = !unicode.IsSpace(comma)

	return reader
}
