package licensing

import "time"

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
const MaxExternalIDLength = MaxLabelLength

// CheckExternalID refuses a text that cannot be the id of a user at an identity provider.
func CheckExternalID(externalID string) error { return checkExternalID("user", externalID) }

func checkExternalID(path, externalID string) error {
	if err := CheckIdentifier(externalID); err != nil {
		return Refuse(CodeInvalidInput, path,
			"The user's id cannot be used: %v. Send the id that the identity provider uses: 1 to %d characters, without "+
				"white space at either end, and without control or invisible characters.", err, MaxExternalIDLength)
	}

	return nil
}

// CheckLabel refuses a text that cannot be a label: a display name or an email of a user, or a name of a tenant. The
// refusal's path is the field. The text may be empty.
func CheckLabel(field, text string) error {
	if err := CheckLength(text); err != nil {
		return Refuse(CodeInvalidInput, field, "Shorten the %s: %v.", field, err)
	}

	if err := CheckVisible(text); err != nil {
		return Refuse(CodeInvalidInput, field, "Correct the %s: %v.", field, err)
	}

	return nil
}
