package licensing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestAnAdminGivesAUserAnEmailAddressAndNoOtherText(t *testing.T) {
	t.Parallel()

	for _, email := range []string{"", "ann@example.com", " ann@example.com "} {
		_, err := licensing.NewUser(licensing.Person{ExternalID: "ann", Email: email}, time.Now())
		require.NoError(t, err, email)
	}

	for _, email := range []string{"ann", "Ann <ann@example.com>", "ann@example.com (Ann)", "a@x, b@x"} {
		_, err := licensing.NewUser(licensing.Person{ExternalID: "ann", Email: email}, time.Now())
		assert.ErrorContains(t, err, "is no email address", email)
		assert.Empty(t, licensing.EmailFrom(email), "no sign-in stores it either")
	}

	kept := licensing.User{ExternalID: "ann", Email: "from an earlier version"}
	name := "Ann"
	_, err := kept.Update(licensing.UserUpdate{DisplayName: &name})
	require.NoError(t, err, "a change of the name is not refused for an email that it leaves alone")
}
