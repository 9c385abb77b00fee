package licensing

import (
	"strings"
	"time"
	"unicode/utf8"
)

// User is someone who signs in.
type User struct {
	ID ID `json:"id"`
	// ExternalID is the identity provider's id of the user; unique in the tenant, compared exactly.
	ExternalID string `json:"externalId"`
	// DisplayName and Email are empty if unknown.
	DisplayName string `json:"displayName"`
	Email       string `json:"email"`
	// BlockedAt is when an admin blocked the user from auto-claiming; nil if the user is not blocked.
	BlockedAt *time.Time `json:"blockedAt,omitempty"`
	// LastSignInAt is the time of the last sign-in, accurate to about an hour; nil before the first sign-in.
	LastSignInAt *time.Time `json:"-"`
	CreatedAt    time.Time  `json:"createdAt"`
}

// Blocked says whether the user may not auto-claim.
func (u User) Blocked() bool { return u.BlockedAt != nil }

// MaxExternalIDLength is the longest external id of a user, in characters.
const MaxExternalIDLength = 255

// CheckExternalID refuses a text that cannot be the id of a user at an identity provider.
func CheckExternalID(externalID string) error {
	length := utf8.RuneCountInString(externalID)
	if strings.TrimSpace(externalID) != externalID || length == 0 || length > MaxExternalIDLength ||
		CheckVisible(externalID) != nil {
		return Refuse(CodeInvalidInput, "user",
			"The user's id must have 1 to %d characters, no white space at either end, and no control or invisible "+
				"characters. Send the id that the identity provider uses.", MaxExternalIDLength)
	}

	return nil
}

// MaxLabelLength is the longest display name or email of a user, and name or external id of a tenant, in characters.
const MaxLabelLength = 255

// CheckLabel refuses a text that cannot be such a label: a display name or an email of a user, or a name of a tenant. The
// refusal's path is the field. The text may be empty.
func CheckLabel(field, text string) error {
	if utf8.RuneCountInString(text) > MaxLabelLength {
		return Refuse(CodeInvalidInput, field, "The %s has more than %d characters. Shorten it.", field, MaxLabelLength)
	}

	if err := CheckVisible(text); err != nil {
		return Refuse(CodeInvalidInput, field, "Correct the %s: %v.", field, err)
	}

	return nil
}
