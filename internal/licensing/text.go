package licensing

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form of a text in which two texts that differ only in case or in Unicode
// composition are equal. Both databases store and compare this form, so they agree on order, on
// uniqueness and on search.
func Fold(text string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}
