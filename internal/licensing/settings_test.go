package licensing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestATimeZoneHasANameOfTheTimeZoneDatabase(t *testing.T) {
	t.Parallel()

	settings := licensing.Settings{TimeZone: "UTC", ExternalIDMatching: licensing.MatchExact}

	for name, good := range map[string]bool{
		"Europe/Berlin": true, "America/Argentina/Buenos_Aires": true, "UTC": true,
		"": false, "Local": false, "CEST+2": false, "Europe": false, "../etc/passwd": false, "Europe /Berlin": false, "+02:00": false,
	} {
		changed, err := settings.Update(licensing.SettingsUpdate{TimeZone: &name})
		if good {
			require.NoError(t, err)
			assert.Equal(t, name, changed.TimeZone)

			continue
		}

		requireRefusal(t, err, licensing.CodeInvalidInput, "timeZone")
		assert.Equal(t, settings, changed)
	}
}

func TestAnUpdateChangesOnlyTheSettingsThatItNames(t *testing.T) {
	t.Parallel()

	settings := licensing.Settings{AutoClaimEnabled: true, TimeZone: "Asia/Tokyo", ExternalIDMatching: licensing.MatchExact}

	same, err := settings.Update(licensing.SettingsUpdate{})
	require.NoError(t, err)
	assert.Equal(t, settings, same)

	folded := licensing.MatchFolded
	changed, err := settings.Update(licensing.SettingsUpdate{ExternalIDMatching: &folded})
	require.NoError(t, err)

	settings.ExternalIDMatching = folded
	assert.Equal(t, settings, changed)
}

func TestFoldedExternalIDsIgnoreCaseAndNormalForm(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		one, other    string
		exact, folded bool
	}{
		{"ann@example.com", "ann@example.com", true, true},
		{"ann@example.com", "Ann@Example.COM", false, true},
		{"jürgen", "ju\u0308rgen", false, true},
		{"JÜRGEN", "ju\u0308rgen", false, true},
		{"straße", "STRASSE", false, true},
		{"ann", "anne", false, false},
		{"ann", "ánn", false, false},
	} {
		same := func(m licensing.ExternalIDMatching) bool { return m.Key(test.one) == m.Key(test.other) }
		assert.Equal(t, test.exact, same(licensing.MatchExact), "%s, %s", test.one, test.other)
		assert.Equal(t, test.folded, same(licensing.MatchFolded), "%s, %s", test.one, test.other)
	}
}
