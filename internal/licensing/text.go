package licensing

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxNameLength is the longest policy name, in characters.
const MaxNameLength = 100

// Fold returns the form of a text in which two texts that differ only in case or in Unicode
// composition are equal. Both databases store and compare this form, so they agree on order, on
// uniqueness and on search.
func Fold(text string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}

// PolicyName returns the name trimmed, or a refusal if it isn't 1 to [MaxNameLength] characters long.
func PolicyName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))

	switch length := utf8.RuneCountInString(name); {
	case length == 0:
		return "", Refuse(CodeNameRequired, "name", "A policy needs a name. Enter 1 to %d characters.", MaxNameLength)
	case length > MaxNameLength:
		return "", Refuse(CodeNameTooLong, "name",
			"The name has %d characters. Shorten it to %d or fewer.", length, MaxNameLength)
	}

	return name, nil
}

// MaxExternalIDLength is the longest external id of a user, in characters.
const MaxExternalIDLength = 255

// CheckExternalID refuses what no identity provider would call a user.
func CheckExternalID(externalID string) error {
	length := utf8.RuneCountInString(externalID)
	if strings.TrimSpace(externalID) != externalID || length == 0 || length > MaxExternalIDLength ||
		!utf8.ValidString(externalID) || strings.ContainsFunc(externalID, unicode.IsControl) {
		return Refuse(CodeInvalidInput, "user",
			"The user's id must have 1 to %d characters, no white space around it, and no control characters. "+
				"Send the id that the identity provider gave.", MaxExternalIDLength)
	}

	return nil
}
