package graph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.jetify.com/typeid/base32"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// globalID is an id as clients see it: the kind, an underscore, and the UUID in 26 characters of the
// TypeID specification's alphabet, so that ids sort as their UUIDs do.
func globalID(kind licensing.Kind, id licensing.ID) string {
	return string(kind) + "_" + base32.Encode(id)
}

// splitID takes a global id apart.
func splitID(text string) (licensing.Kind, licensing.ID, bool) {
	i := strings.LastIndexByte(text, '_')
	if i < 0 {
		return "", licensing.ID{}, false
	}

	raw, err := base32.Decode(text[i+1:])
	if err != nil || len(raw) != len(licensing.ID{}) {
		return "", licensing.ID{}, false
	}

	id := licensing.ID(raw)

	// Only what globalID writes is an id: no second spelling of one may reach caches and logs.
	kind := licensing.Kind(text[:i])

	return kind, id, globalID(kind, id) == text
}

// parseID reads an id that must be of the given kind. argument is what the client calls it.
func parseID(kind licensing.Kind, text, argument string) (licensing.ID, error) {
	got, id, ok := splitID(text)

	switch {
	case !ok:
		return licensing.ID{}, badInput("%s: %q is not an id. Pass an id as this API returned it, such as %s.",
			argument, shorten(text), globalID(kind, licensing.ID{}))
	case got != kind:
		return licensing.ID{}, badInput("%s: %q is the id of a %s, not of a %s.", argument, text, got, kind)
	}

	return id, nil
}

// parseOptionalID is parseID for an id that may be left out.
func parseOptionalID(kind licensing.Kind, text *string, argument string) (*licensing.ID, error) {
	if text == nil {
		return nil, nil // No id was given, and that is fine.
	}

	id, err := parseID(kind, *text, argument)

	return &id, err
}

func parseIDs(kind licensing.Kind, texts []string, argument string) ([]licensing.ID, error) {
	ids := make([]licensing.ID, len(texts))

	for i, text := range texts {
		id, err := parseID(kind, text, fmt.Sprintf("%s.%d", argument, i))
		if err != nil {
			return nil, err
		}

		ids[i] = id
	}

	return ids, nil
}

// shorten keeps a client's nonsense from filling answers and logs.
func shorten(text string) string {
	const enough = 60
	if len(text) > enough {
		return strings.ToValidUTF8(text[:enough], "") + "…"
	}

	return text
}

// badInput is an error of the client that no form field can mend.
func badInput(format string, args ...any) error {
	return &gqlerror.Error{
		Message:    fmt.Sprintf(format, args...),
		Extensions: map[string]any{"code": CodeBadUserInput},
	}
}
