package licensing

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns a form of the text that is equal for texts that differ only in case or in Unicode composition. Both
// databases store and compare this form, so they agree on order, uniqueness and search.
func Fold(text string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}
