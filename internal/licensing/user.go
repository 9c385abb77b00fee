package licensing

import (
	"cmp"
	"strings"
	"time"
)

// User is someone who signs in.
type User struct {
	ID ID `json:"id"`
	// ExternalID is the identity provider's id of the user, as it was first written; unique in the tenant, which says how it
	// is compared: see [ExternalIDMatching].
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

// NewUser makes a user whom an admin names. It trims the name and the email, and refuses what cannot be stored.
func NewUser(person Person, at time.Time) (User, error) {
	user, err := NewUnnamedUser("externalId", person.ExternalID, at)
	if err != nil {
		return User{}, err
	}

	return user.Update(UserUpdate{DisplayName: &person.DisplayName, Email: &person.Email})
}

// NewUnnamedUser is [NewUser] for a user of whom an admin knows only the external id. path is the input field with it.
func NewUnnamedUser(path, externalID string, at time.Time) (User, error) {
	if err := checkExternalID(path, externalID); err != nil {
		return User{}, err
	}

	return User{ID: NewID(at), ExternalID: externalID, CreatedAt: at}, nil
}

// UserUpdate is what an admin changes of a user. A nil field stays as it is.
type UserUpdate struct{ ExternalID, DisplayName, Email *string }

// Update returns the user after an update. It trims the name and the email, and refuses what cannot be stored.
func (u User) Update(update UserUpdate) (User, error) {
	after := u

	if update.ExternalID != nil {
		if err := checkExternalID("externalId", *update.ExternalID); err != nil {
			return u, err
		}

		after.ExternalID = *update.ExternalID
	}

	for _, label := range []struct {
		field string
		text  *string
		to    *string
	}{{"displayName", update.DisplayName, &after.DisplayName}, {"email", update.Email, &after.Email}} {
		if label.text == nil {
			continue
		}

		*label.to = strings.TrimSpace(*label.text)

		if err := CheckLabel(label.field, *label.to); err != nil {
			return u, err
		}
	}

	if after.Email != u.Email && after.Email != "" && !IsEmail(after.Email) {
		return u, Refuse(CodeInvalidInput, "email", "%q is no email address. Write one such as ann@example.com, or leave it out.", after.Email)
	}

	return after, nil
}

// NamedAs returns the user with the name and the email of the person. Those that are empty stay as they are: the last one
// that somebody said counts, whether a sign-in, a file or an admin.
func (u User) NamedAs(person Person) User {
	u.DisplayName, u.Email = cmp.Or(person.DisplayName, u.DisplayName), cmp.Or(person.Email, u.Email)

	return u
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
