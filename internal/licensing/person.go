package licensing

import (
	"net/mail"
	"strings"
	"unicode/utf8"
)

// Person is a user as a sign-in names them.
type Person struct {
	ExternalID string
	// DisplayName and Email are empty if the sign-in does not say them.
	DisplayName, Email string
}

// Presentable returns the person with a name and an email that can be stored; see [DisplayNameFrom] and [EmailFrom].
func (p Person) Presentable() Person {
	return Person{ExternalID: p.ExternalID, DisplayName: DisplayNameFrom(p.DisplayName), Email: EmailFrom(p.Email)}
}

// DisplayNameFrom returns a name that a sign-in says, as it is stored: without white space at its ends, and cut if it is too
// long. It is empty if the name has characters that cannot be seen. No name makes a sign-in fail.
func DisplayNameFrom(name string) string {
	name = strings.TrimSpace(name)
	if CheckVisible(name) != nil {
		return ""
	}

	if runes := []rune(name); len(name) > MaxLabelLength && len(runes) > MaxLabelLength {
		name = string(runes[:MaxLabelLength])
	}

	for CheckLabel("displayName", name) != nil {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}

	return strings.TrimSpace(name)
}

// EmailFrom returns a text that a sign-in says, if it is an email address that can be stored, and "" otherwise.
// Providers put user names into the same claims. Part of an address would be another address, so it is never cut.
func EmailFrom(text string) string {
	text = strings.TrimSpace(text)
	// Entra ID makes such names for guests: their mail has another address.
	guest := strings.Contains(strings.ToUpper(text), "#EXT#")

	if text == "" || guest || CheckLabel("email", text) != nil || !IsEmail(text) {
		return ""
	}

	return text
}

// IsEmail says whether a text is an email address (RFC 5322), without a name or a comment.
func IsEmail(text string) bool {
	address, err := mail.ParseAddress(text)

	return err == nil && address.Address == text
}
