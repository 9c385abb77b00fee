package licensing

import (
	"strings"

	"github.com/google/uuid"
)

// guidLength is the length of a GUID with hyphens and without braces.
const guidLength = 36

// OrganizationID returns an external id of an organization as it is stored: a GUID in small letters and without braces, and
// any other id as it is. Issuers and their consoles write the same GUID in several ways.
func OrganizationID(externalID string) string {
	if guid, ok := organizationGUID(externalID); ok {
		return guid
	}

	return externalID
}

// OrganizationIDs returns the forms, in small letters, in which an external id may be stored that is the same as this one. ok
// is false if the id is not a GUID: then it is only the same as itself, as it is written.
func OrganizationIDs(externalID string) (forms []string, ok bool) {
	guid, ok := organizationGUID(externalID)
	if !ok {
		return nil, false
	}

	return []string{guid, "{" + guid + "}", "(" + guid + ")"}, true
}

func organizationGUID(text string) (guid string, ok bool) {
	for _, braces := range []string{"{}", "()"} {
		if inner, opened := strings.CutPrefix(text, braces[:1]); opened && strings.HasSuffix(inner, braces[1:]) {
			text = inner[:len(inner)-1]

			break
		}
	}

	if len(text) != guidLength {
		return "", false
	}

	id, err := uuid.Parse(text)

	return id.String(), err == nil
}
