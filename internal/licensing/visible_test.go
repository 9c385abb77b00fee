package licensing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestATextWithCharactersThatCannotBeSeenIsRefused(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"a line feed":                  "a\nb",
		"a tab":                        "a\tb",
		"an escape":                    "a\x1b[31m",
		"DEL":                          "a\x7f",
		"a C1 control":                 "a\u0085b",
		"a line separator":             "a\u2028b",
		"a paragraph separator":        "a\u2029b",
		"a right-to-left override":     "a\u202etxt.exe",
		"an embedding":                 "a\u202ab",
		"an isolate":                   "a\u2066b",
		"the end of an isolate":        "a\u2069b",
		"a left-to-right mark":         "a\u200e",
		"a right-to-left mark":         "\u200fa",
		"an Arabic letter mark":        "a\u061cb",
		"a zero-width space":           "Te\u200bams",
		"a word joiner":                "Te\u2060ams",
		"a byte-order mark":            "\ufeffTeams",
		"a soft hyphen":                "Te\u00adams",
		"a tag character":              "Teams\U000e0041",
		"a combining grapheme joiner":  "Te\u034fams",
		"a Hangul filler":              "Te\u3164ams",
		"a half-width Hangul filler":   "Te\uffa0ams",
		"a Braille blank":              "Te\u2800ams",
		"a joiner between Latin":       "Te\u200dams",
		"a non-joiner between Latin":   "Te\u200cams",
		"a joiner at the end":          "Teams\u200d",
		"a joiner after Arabic, alone": "\u0628\u200d",
		"a variation selector":         "Te\ufe0fams",
		"an ideographic selector":      "Te\U000e0101ams",
		"a Mongolian vowel separator":  "Te\u180eams",
		"a private character":          "Te\ue000ams",
		"a noncharacter":               "Te\uffffams",
		"a replacement character":      "Te\ufffdams",
		"an annotation":                "Te\ufff9ams",
		"not UTF-8":                    "Te\xffams",
	} {
		assert.Error(t, licensing.CheckVisible(text), name)
	}

	for name, text := range map[string]string{
		"nothing":                         "",
		"letters":                         "Teams for Ärzte, Łódź and Ελλάδα (50 %)",
		"Persian with a non-joiner":       "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
		"Sinhala with a joiner":           "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
		"Hindi with a joiner":             "\u0915\u094d\u200d\u0937",
		"Arabic with a number sign":       "\u0600\u0661",
		"Hebrew":                          "\u05e9\u05dc\u05d5\u05dd",
		"Japanese with a selector":        "\u8fbb\U000e0100",
		"an emoji with a selector":        "\u26a0\ufe0f Teams",
		"an emoji made of several":        "\U0001f469\U0001f3fd\u200d\U0001f4bb",
		"a flag made of several":          "\U0001f3f3\ufe0f\u200d\U0001f308",
		"a keycap":                        "1\ufe0f\u20e3",
		"a combining accent":              "e\u0301",
		"a no-break space and an en dash": "50\u00a0\u2013 60",
	} {
		assert.NoError(t, licensing.CheckVisible(text), name)
	}
}

func BenchmarkCheckVisible(b *testing.B) {
	for b.Loop() {
		if err := licensing.CheckVisible("6babcaad-604b-40ac-a9d7-9fd97c0b779f"); err != nil {
			b.Fatal(err)
		}
	}
}
