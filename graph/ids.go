package graph

import (
	"fmt"

	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ParseID decodes a global id of the given kind. argument is the name of the client's argument, for the error.
func ParseID(kind licensing.Kind, text, argument string) (licensing.ID, error) {
	got, id, ok := globalid.Decode(text)

	switch {
	case !ok:
		return licensing.ID{}, apierror.BadInput("%s: %q is not an id. Pass an id as this API returned it, such as %s.",
			argument, apierror.Shorten(text), globalid.Encode(kind, licensing.ID{}))
	case got != kind:
		return licensing.ID{}, apierror.BadInput("%s: %q is the id of a %s, not of a %s.", argument, text, got, kind)
	}

	return id, nil
}

// parseOptionalID is [ParseID] for an argument that may be left out.
func parseOptionalID(kind licensing.Kind, text *string, argument string) (*licensing.ID, error) {
	if text == nil {
		return nil, nil
	}

	id, err := ParseID(kind, *text, argument)

	return &id, err
}

// parseIDs is [ParseID] for a list. Errors name the position in the list.
func parseIDs(kind licensing.Kind, texts []string, argument string) ([]licensing.ID, error) {
	ids := make([]licensing.ID, len(texts))

	for i, text := range texts {
		id, err := ParseID(kind, text, fmt.Sprintf("%s.%d", argument, i))
		if err != nil {
			return nil, err
		}

		ids[i] = id
	}

	return ids, nil
}

// parseAnyID decodes a global id of any kind.
func parseAnyID(text, argument string) (licensing.Kind, licensing.ID, error) {
	kind, id, ok := globalid.Decode(text)
	if !ok {
		return "", licensing.ID{}, apierror.BadInput(
			"%s: %q is not an id. Pass an id as this API returned it.", argument, apierror.Shorten(text))
	}

	return kind, id, nil
}
