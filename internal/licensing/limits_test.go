package licensing_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestOneLimitHoldsForIdsNamesAndEmails(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"ASCII":           strings.Repeat("a", 255),
		"two bytes each":  strings.Repeat("é", 255),
		"three bytes":     strings.Repeat("\u6f22", 255),
		"four bytes each": strings.Repeat("𐐷", 200),
	} {
		assert.NoError(t, licensing.CheckLabel("name", text), name)
		assert.NoError(t, licensing.CheckExternalID(text), name)
	}

	for _, text := range map[string]string{
		"ASCII":           strings.Repeat("a", 256),
		"two bytes each":  strings.Repeat("é", 256),
		"four bytes each": strings.Repeat("𐐷", 201),
		// In the normal form, each takes 12 bytes.
		"characters that grow": strings.Repeat("\U0001d160", 100),
	} {
		requireRefusal(t, licensing.CheckLabel("name", text), licensing.CodeInvalidInput, "name")
		requireRefusal(t, licensing.CheckExternalID(text), licensing.CodeInvalidInput, "user")
	}
}

func TestATextThatIsTooLongIsToldHowLongItIs(t *testing.T) {
	t.Parallel()

	require.ErrorContains(t, licensing.CheckExternalID(strings.Repeat("a", 3000)),
		"has 3000 characters, and at most 255 are allowed")
	require.ErrorContains(t, licensing.CheckLabel("email", strings.Repeat("a", 3000)),
		"Shorten the email: the text has 3000 characters")
}

func TestFoldingLengthensNoCharacterByMoreThanNineTimes(t *testing.T) {
	t.Parallel()

	for c := rune(1); c <= utf8.MaxRune; c++ {
		text := string(c)
		require.LessOrEqual(t, len(licensing.Fold(text)), 9*len(text), "%U", c)
	}
}
