package server

import (
	"regexp"
	"strings"
)

const whiteSpace = " \t"

// forwardedFor returns the node that each element of Forwarded headers names as its client (RFC 7239). It is "" if an
// element names none. A line that is malformed counts as one such element.
func forwardedFor(lines []string) []string {
	var nodes []string

	for _, line := range lines {
		found, ok := readForwarded(line)
		if !ok {
			found = []string{""}
		}

		nodes = append(nodes, found...)
	}

	return nodes
}

func readForwarded(line string) (nodes []string, ok bool) {
	node, given := "", false

	for rest := line; ; {
		name, value, after, ok := cutPair(strings.TrimLeft(rest, whiteSpace))
		if !ok {
			return nil, false
		}

		if strings.EqualFold(name, "for") {
			if given {
				return nil, false
			}

			node, given = value, true
		}

		after = strings.TrimLeft(after, whiteSpace)

		switch {
		case after == "":
			return append(nodes, node), true
		case after[0] == ',':
			nodes = append(nodes, node)
			node, given = "", false
		case after[0] != ';':
			return nil, false
		}

		rest = after[1:]
	}
}

var parameterName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// cutPair reads a parameter at the start of a text. The parameter may be missing.
func cutPair(text string) (name, value, after string, ok bool) {
	if text == "" || text[0] == ';' || text[0] == ',' {
		return "", "", text, true
	}

	name, text, found := strings.Cut(text, "=")
	if !found || !parameterName.MatchString(name) {
		return "", "", "", false
	}

	if quoted, isQuoted := strings.CutPrefix(text, `"`); isQuoted {
		value, after, ok = cutQuoted(quoted)

		return name, value, after, ok
	}

	// Colons and brackets should be in quotes, but not all proxies write them.
	end := strings.IndexAny(text, ";,"+whiteSpace)
	if end < 0 {
		end = len(text)
	}

	return name, text[:end], text[end:], end > 0 && !strings.Contains(text[:end], `"`)
}

// cutQuoted reads a quoted text after its first quotation mark.
func cutQuoted(text string) (value, after string, ok bool) {
	var unquoted strings.Builder

	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return unquoted.String(), text[i+1:], true
		case '\\':
			i++
			if i == len(text) {
				return "", "", false
			}
		}

		unquoted.WriteByte(text[i])
	}

	return "", "", false
}
