package graphhttp

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

const (
	// surrogateBytes is the length of an escape such as \ud800.
	surrogateBytes = 6
	// maxPlaceDepth is how many levels of lists and objects messages name. Each level is read once more to find it.
	maxPlaceDepth = 8
)

// loneSurrogate returns the offset of the first escape in a JSON text that is half of a surrogate pair without its other
// half, or -1 if there is none. encoding/json replaces such an escape by U+FFFD, so two different texts would become the
// same one. The text should be valid JSON. Nothing is decoded or copied.
func loneSurrogate(text []byte) int {
	for at := 0; at < len(text); {
		next := bytes.IndexByte(text[at:], '\\')
		if next < 0 {
			break
		}

		at += next

		half, escaped := unicodeEscape(text[at:])
		if !escaped {
			at += 2 // The backslash, and what it escapes.

			continue
		}

		if utf16.IsSurrogate(half) {
			other, _ := unicodeEscape(text[at+surrogateBytes:])
			if utf16.DecodeRune(half, other) == unicode.ReplacementChar {
				return at
			}

			at += surrogateBytes
		}

		at += surrogateBytes
	}

	return -1
}

// unicodeEscape returns the UTF-16 code unit that a text begins with, such as \u00e9.
func unicodeEscape(text []byte) (unit rune, ok bool) {
	if len(text) < surrogateBytes || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}

	var raw [2]byte
	if _, err := hex.Decode(raw[:], text[2:surrogateBytes]); err != nil {
		return 0, false
	}

	return rune(raw[0])<<8 | rune(raw[1]), true //nolint:mnd // Two bytes, the higher first.
}

// refuseLoneSurrogates refuses a JSON value with half of a surrogate pair, which is no text. To decode it would replace
// it by U+FFFD, and two different ids would become the same one. name is the parameter, or "" for the whole body.
func refuseLoneSurrogates(name string, value []byte) *admission.Refusal {
	at := loneSurrogate(value)
	if at < 0 {
		return nil
	}

	return malformed(`%s: %s is half of a surrogate pair. Send both halves, or the character itself.`,
		placeAt(name, value, at), value[at:at+surrogateBytes])
}

// placeAt names the value that has the byte at an offset of a JSON value, such as variables.input.ids.3.
func placeAt(name string, value []byte, offset int) string {
	var place []string
	if name != "" {
		place = append(place, name)
	}

	for len(place) < maxPlaceDepth {
		spaces := len(value) - len(bytes.TrimLeft(value, " \t\r\n"))
		value, offset = value[spaces:], offset-spaces

		if value[0] != '{' && value[0] != '[' {
			break
		}

		child, from, to := childAt(value, offset)
		if from == 0 && len(place) == 0 {
			return "a name"
		}

		if from == 0 {
			return "a name in " + apierror.Shorten(strings.Join(place, "."))
		}

		place = append(place, child)
		value, offset = value[from:to], offset-from
	}

	return apierror.Shorten(strings.Join(place, "."))
}

// childAt returns the name or the index of the member or element of a JSON value that has the byte at an offset, and its
// bounds. from is 0 if the byte is in the name of a member.
func childAt(value []byte, offset int) (name string, from, to int) {
	for at, index := 1, 0; ; index++ {
		for strings.IndexByte(", \t\r\n", value[at]) >= 0 {
			at++
		}

		var quoted []byte

		if value[0] == '{' {
			quoted = value[at : at+stringEnd(value[at:])]
			at += len(quoted)

			if offset < at {
				return "", 0, 0
			}

			for strings.IndexByte(": \t\r\n", value[at]) >= 0 {
				at++
			}
		}

		end := at + valueEnd(value[at:])
		if offset < end && quoted != nil {
			return nameOf(quoted), at, end
		}

		if offset < end {
			return strconv.Itoa(index), at, end
		}

		at = end
	}
}

// validBytes returns how many bytes at the start of a text are UTF-8.
func validBytes(text []byte) int {
	at := 0

	for at < len(text) {
		char, size := utf8.DecodeRune(text[at:])
		if char == utf8.RuneError && size == 1 {
			break
		}

		at += size
	}

	return at
}

// checkStrings refuses a document with half of a surrogate pair in a string, which the parser would replace by U+FFFD.
// Comments and block strings have no such escapes.
func checkStrings(text string) *gqlerror.Error {
	if !strings.Contains(text, `\u`) {
		return nil
	}

	document := []byte(text)

	for at := 0; at < len(document); {
		rest := document[at:]

		switch {
		case rest[0] == '#':
			at += lineEnd(rest)
		case bytes.HasPrefix(rest, blockQuotes):
			at += blockEnd(rest)
		case rest[0] == '"':
			quoted := rest[:quotedEnd(rest)]
			if found := loneSurrogate(quoted); found >= 0 {
				return loneSurrogateError(text, at+found)
			}

			at += len(quoted)
		default:
			at++
		}
	}

	return nil
}

func loneSurrogateError(text string, at int) *gqlerror.Error {
	before := text[:at]
	line := before[strings.LastIndexByte(before, '\n')+1:]

	return &gqlerror.Error{
		Message: "A string has " + text[at:at+surrogateBytes] +
			", which is half of a surrogate pair. Write both halves, or the character itself.",
		Locations: []gqlerror.Location{{Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(line)}},
	}
}

// lineEnd returns the length of the first line of a text.
func lineEnd(text []byte) int {
	if end := bytes.IndexAny(text, "\r\n"); end >= 0 {
		return end
	}

	return len(text)
}

// quotedEnd returns the length of the string at the start of a document. A string ends with its line.
func quotedEnd(text []byte) int {
	for at := 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		case '\r', '\n':
			return at
		}
	}

	return len(text)
}

// blockQuotes begin and end a block string.
var blockQuotes = []byte(`"""`) //nolint:gochecknoglobals // It is never changed.

// blockEnd returns the length of the block string at the start of a document.
func blockEnd(text []byte) int {
	for at := len(blockQuotes); ; {
		next := bytes.Index(text[at:], blockQuotes)
		if next < 0 {
			return len(text)
		}

		at += next
		escaped := text[at-1] == '\\'
		at += len(blockQuotes)

		if !escaped { // The string may end with quotes of its own.
			return len(text) - len(bytes.TrimLeft(text[at:], `"`))
		}
	}
}
