package csvfile

import (
	"strings"
	"unicode"
)

// tidy removes what surrounds the content of a cell and cannot be seen, and the form ="…" by which spreadsheet programs
// keep digits as text. Unless the column is verbatim, it also reduces white space to single spaces.
func tidy(cell string, verbatim bool) string {
	cell = strings.TrimFunc(cell, isInvisibleEdge)

	if inner, ok := strings.CutPrefix(cell, `="`); ok {
		if inner, ok = strings.CutSuffix(inner, `"`); ok {
			cell = strings.TrimFunc(strings.ReplaceAll(inner, `""`, `"`), isInvisibleEdge)
		}
	}

	if verbatim {
		return cell
	}

	return strings.Join(strings.Fields(cell), " ")
}

// isInvisibleEdge says whether a character at the end of a cell is there by mistake: white space, and what copying from
// web pages and dialogs adds. U+0000 is not among them, since it is a sign of a damaged file.
func isInvisibleEdge(c rune) bool {
	switch {
	case c == 0:
		return false
	case unicode.IsSpace(c), unicode.IsControl(c), c == '\ufeff':
		return true
	default:
		return c >= '\u200b' && c <= '\u200f' || c >= '\u202a' && c <= '\u202e' || c >= '\u2060' && c <= '\u2069'
	}
}

// isBlank says whether cells have no content.
func isBlank(cells []string) bool {
	for _, cell := range cells {
		if tidy(cell, true) != "" {
			return false
		}
	}

	return true
}
