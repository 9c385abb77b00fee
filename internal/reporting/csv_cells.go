package reporting

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Separator stands between the cells of a line.
type Separator byte

// The separators of a CSV. Spreadsheets in languages that write decimals with a comma expect semicolons.
const (
	Comma     Separator = ','
	Semicolon Separator = ';'
	Tab       Separator = '\t'
)

// Format says how a CSV is written.
type Format struct {
	// BOM puts a byte-order mark in front, by which spreadsheets know that the file is UTF-8.
	BOM bool
	// Spreadsheet keeps spreadsheets from changing text that looks like a number or a date to them, such as 00123: it is
	// written as ="00123", which they show as 00123.
	Spreadsheet bool
	// Separator stands between cells; 0 is [Comma].
	Separator Separator
}

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\uFEFF"

// lines are lines of a CSV (RFC 4180) with every cell in quotes. encoding/csv quotes only the cells that need it where
// commas separate, and many spreadsheets separate at semicolons.
type lines struct {
	format Format
	csv    []byte
	begun  bool // The last line has cells.
}

// header adds a line with the names of the columns.
func (l *lines) header(columns []string) {
	for _, column := range columns {
		l.value(column)
	}

	l.end()
}

// text adds cells with the text of users, admins and vendors; see [guarded].
func (l *lines) text(cells ...string) {
	for _, cell := range cells {
		if l.format.Spreadsheet && changesInSpreadsheets(cell) {
			l.cell(`="` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		} else {
			l.cell(guarded(cell))
		}
	}
}

// value adds cells with the program's own text, numbers and times.
func (l *lines) value(cells ...string) {
	for _, cell := range cells {
		l.cell(cell)
	}
}

func (l *lines) cell(cell string) {
	if l.begun {
		separator := l.format.Separator
		if separator == 0 {
			separator = Comma
		}

		l.csv = append(l.csv, byte(separator))
	}

	l.csv = append(l.csv, '"')
	l.csv = append(l.csv, strings.ReplaceAll(cell, `"`, `""`)...)
	l.csv = append(l.csv, '"')
	l.begun = true
}

func (l *lines) end() {
	l.csv = append(l.csv, '\n')
	l.begun = false
}

// Text that spreadsheets read as something else. They drop zeros in front of a number and digits after the 15th, and show
// numbers, dates, times and truth values in their own ways.
var (
	numberOrDate = regexp.MustCompile(`^` + figures + `(?:\p{Nd}[eE][+-]?\p{Nd})?` + figures + `(?: ?[aApP][mM]?)?$`)
	monthAndDay  = regexp.MustCompile(`(?i)^(?:\p{Nd}{1,4}[\p{Zs}./-]*)?(?:` + months + `)\p{L}{0,7}[\p{Zs}./,-]*` +
		`(?:\p{Nd}{1,4})?(?:[\p{Zs}./,-]+\p{Nd}{1,4})?$`)
	truthValue = regexp.MustCompile(`(?i)^ *(?:true|false|wahr|falsch|vrai|faux|verdadero|falso|vero|waar|onwaar) *$`)
)

const (
	figures = `[\p{Nd}\p{Zs}.,:/()%$€£¥+-]*`
	// months are the beginnings of the names of months in the languages that most spreadsheets are used in.
	months = `jan|feb|fév|mar|mär|mrz|mrt|abr|apr|avr|mai|maj|may|mag|mei|jui|jun|jul|giu|lug|aug|ago|aoû|set|sep|` +
		`oct|okt|out|ott|nov|dec|déc|dez|dic|ene|gen`
)

// changesInSpreadsheets says whether a spreadsheet would read a cell as a number, a date or a truth value.
func changesInSpreadsheets(cell string) bool {
	const longest = 64 // Longer dates and numbers do not occur, except for numbers without other characters.

	switch {
	case len(cell) > longest:
		return strings.Trim(cell, "0123456789") == ""
	case truthValue.MatchString(cell):
		return true
	case strings.IndexFunc(cell, unicode.IsDigit) < 0, hasFormula(cell):
		return false
	default:
		return numberOrDate.MatchString(cell) || monthAndDay.MatchString(cell)
	}
}

// hasFormula says whether a part of the cell after its start could be read as a formula.
func hasFormula(cell string) bool { return guarded("x"+cell) != "x"+cell }

// guarded keeps spreadsheets from running text of a user or an admin as a formula (OWASP, CSV injection). It puts an
// apostrophe in front of the sign of a formula at the start of the cell, and of each part of it that a spreadsheet with
// another separator would take for a cell: quotes do not help there, because the cell before them ended at no separator.
// Control characters become spaces, since a line break would begin a cell as well.
func guarded(cell string) string {
	var out strings.Builder

	begins := true // Only white space, quotes and invisible characters since the start of the part.

	for _, c := range cell {
		control := unicode.IsControl(c) || in(c, unicode.Zl, unicode.Zp)

		switch {
		case begins && strings.ContainsRune("=+-@＝＋－＠﹢﹣﹦﹫−", c):
			out.WriteByte('\'')

			begins = false
		case control || strings.ContainsRune(",;|，；｜", c):
			begins = true
		case !unicode.IsSpace(c) && !in(c, unicode.Cf, unicode.Mn) && c != '"':
			begins = false
		}

		if control {
			c = ' '
		}

		out.WriteRune(c)
	}

	return out.String()
}

// in is [unicode.In] for tables that have no ASCII characters, which are most of a download.
func in(c rune, tables ...*unicode.RangeTable) bool {
	return c >= utf8.RuneSelf && unicode.In(c, tables...)
}
