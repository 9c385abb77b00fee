// Package globalid encodes and decodes the ids that clients see.
package globalid

import (
	"strings"

	"go.jetify.com/typeid/base32"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Encode returns the global id of an object: its kind, an underscore, and the UUID in 26 characters of the
// TypeID specification's alphabet. Global ids of one kind sort as their UUIDs do.
func Encode(kind licensing.Kind, id licensing.ID) string {
	return string(kind) + "_" + base32.Encode(id)
}

// Decode returns the kind and the UUID of a global id. ok is false if the text is not a global id. The kind
// may be one that does not exist.
func Decode(text string) (kind licensing.Kind, id licensing.ID, ok bool) {
	i := strings.LastIndexByte(text, '_')
	if i < 0 {
		return "", licensing.ID{}, false
	}

	raw, err := base32.Decode(text[i+1:])
	if err != nil || len(raw) != len(licensing.ID{}) {
		return "", licensing.ID{}, false
	}

	kind, id = licensing.Kind(text[:i]), licensing.ID(raw)

	// base32 accepts several spellings. Only the one that Encode returns is an id, so that caches and logs have
	// one spelling for each object.
	return kind, id, Encode(kind, id) == text
}
