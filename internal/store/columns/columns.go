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
	return licensing.Fold(u.DisplayName + "\n" + u.Email + "\n" + u.ExternalID)
}
