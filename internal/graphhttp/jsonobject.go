package graphhttp

import (
	"bytes"
	"encoding/json"
	"errors"
)

// maxMembers is how many members an object of a request may have. Their names are compared one by one.
const maxMembers = 1000

var errTooManyMembers = errors.New("the object has too many members")

// eachMember calls visit with the name of each member of a JSON object, and its value as JSON. The text must be valid
// JSON. Nothing is copied or decoded: to decode 1 MiB of small values would take a hundred times as much memory.
func eachMember(object []byte, visit func(name string, value []byte) error) error {
	rest := bytes.TrimSpace(object)[1:]

	for count := 0; ; count++ {
		rest = bytes.TrimLeft(rest, ", \t\r\n")
		if rest[0] == '}' {
			return nil
		}

		if count == maxMembers {
			return errTooManyMembers
		}

		end := valueEnd(rest)
		name := nameOf(rest[:end])

		rest = bytes.TrimLeft(rest[end:], ": \t\r\n")
		end = valueEnd(rest)

		if err := visit(name, rest[:end]); err != nil {
			return err
		}

		rest = rest[end:]
	}
}

// nameOf decodes the name of a member.
func nameOf(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}

	var name string

	_ = json.Unmarshal(quoted, &name) // It is valid JSON.

	return name
}

// valueEnd returns the length of the JSON value at the start of a text.
func valueEnd(text []byte) int {
	depth := 0

	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:]) - 1
		case '{', '[':
			depth++

			continue
		case '}', ']':
			depth--
		case ',', ':', ' ', '\t', '\r', '\n':
			continue
		default: // A number, true, false or null.
			for i+1 < len(text) && bytes.IndexByte([]byte(",]} \t\r\n"), text[i+1]) < 0 {
				i++
			}
		}

		if depth == 0 {
			return i + 1
		}
	}

	return len(text)
}

// stringEnd returns the length of the JSON string at the start of a text.
func stringEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}

	return len(text)
}

// extent returns the number of values in a JSON value, itself included, and how deep they are nested. The text must
// be valid JSON.
func extent(value []byte) (values, depth int) {
	values = 1

	for i, level := 0, 0; i < len(value); i++ {
		switch value[i] {
		case '"':
			i += stringEnd(value[i:]) - 1
		case '{', '[':
			level++
			depth = max(depth, level)
			values++ // The first value in it. An empty list counts as if it had one.
		case '}', ']':
			level--
		case ',':
			values++
		}
	}

	return values, depth
}
