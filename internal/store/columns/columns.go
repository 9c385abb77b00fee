// Package columns converts between Go values and column values in the ways that both databases share.
package columns

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// EncodeIDs returns ids as a JSON list: the text of columns such as apps_off.
func EncodeIDs(ids []licensing.ID) string {
	if len(ids) == 0 {
		return "[]"
	}

	text, _ := json.Marshal(ids) // It cannot fail: ids always have a text.

	return string(text)
}

// DecodeIDs is the inverse of [EncodeIDs]. It never returns nil ids without an error.
func DecodeIDs(text []byte) ([]licensing.ID, error) {
	ids := []licensing.ID{}
	if string(text) == "[]" { // Nearly all lists are empty.
		return ids, nil
	}

	if err := json.Unmarshal(text, &ids); err != nil {
		return nil, fmt.Errorf("read a list of ids: %w", err)
	}

	return ids, nil
}

// UTC returns a copy of a time in UTC; nil for nil.
func UTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}

	u := at.UTC()

	return &u
}

// UserSearchKey is the text by which users are searched and ordered. The line breaks keep a search from matching
// across its parts.
func UserSearchKey(u licensing.User) string {
	return PersonSearchKey(licensing.Person{ExternalID: u.ExternalID, DisplayName: u.DisplayName, Email: u.Email})
}

// PersonSearchKey is [UserSearchKey] for a person.
func PersonSearchKey(p licensing.Person) string {
	return licensing.Fold(p.DisplayName + "\n" + p.Email + "\n" + p.ExternalID)
}

// Matching is how a tenant compares external ids whose column fold_external_ids has this value.
func Matching(folded bool) licensing.ExternalIDMatching {
	if folded {
		return licensing.MatchFolded
	}

	return licensing.MatchExact
}

// FoldAll returns the folded forms of external ids, in their order.
func FoldAll(externalIDs []string) []string {
	folded := make([]string, len(externalIDs))
	for i, externalID := range externalIDs {
		folded[i] = licensing.Fold(externalID)
	}

	return folded
}

// FoldedID is the column folded_id of a user. It is nil where external ids are compared exactly: only then may several
// users have the same folded form.
func FoldedID(matching licensing.ExternalIDMatching, externalID string) *string {
	if matching != licensing.MatchFolded {
		return nil
	}

	folded := licensing.Fold(externalID)

	return &folded
}
