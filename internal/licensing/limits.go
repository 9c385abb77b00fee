package licensing

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Ids at identity providers, names and emails have the same limits on both databases. A row of an index on PostgreSQL
// has 2,704 bytes, and the index by which users are searched has three of these texts, folded. So each may have 800
// bytes; a character of nearly all scripts takes at most three.
const (
	// MaxLabelLength is the longest id, name, email or code, in characters.
	MaxLabelLength = 255
	// MaxLabelBytes is the longest of them in bytes, in UTF-8 and folded; see [Fold].
	MaxLabelBytes = 800
	// maxFoldedGrowth is by how much folding may lengthen a text: by 3 for the case, and by 3 for the normal form.
	maxFoldedGrowth = 9
)

// CheckLength returns an error that says by how much an id, a name, an email or a code is too long.
func CheckLength(text string) error {
	if length := utf8.RuneCountInString(text); length > MaxLabelLength {
		return fmt.Errorf("the text has %d characters, and at most %d are allowed", length, MaxLabelLength)
	}

	if len(text) <= MaxLabelBytes/maxFoldedGrowth {
		return nil
	}

	if size := len(Fold(text)); size > MaxLabelBytes {
		return fmt.Errorf("the text has %d bytes in UTF-8, and at most %d are allowed", size, MaxLabelBytes)
	}

	return nil
}

// CheckStorable returns an error if a text is too long for an id, a name, an email or a code, or has characters that
// cannot be seen. The text may be empty.
func CheckStorable(text string) error {
	if err := CheckLength(text); err != nil {
		return err
	}

	return CheckVisible(text)
}

// CheckIdentifier returns an error if a text cannot be the id of a user or an organization at an identity provider.
func CheckIdentifier(text string) error {
	switch {
	case text == "":
		return errors.New("the text is empty")
	case strings.TrimSpace(text) != text:
		return errors.New("the text has white space at its ends")
	default:
		return CheckStorable(text)
	}
}
