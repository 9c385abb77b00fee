package licensing

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	textSelector       = '\ufe0e'
	emojiSelector      = '\ufe0f'
	keycap             = '\u20e3'
	brailleBlank       = '\u2800'
)

// hidden are the characters that one cannot see, that change the order of others, or that have no meaning. Texts that
// differ only in them look the same.
func hidden() []*unicode.RangeTable {
	return []*unicode.RangeTable{
		unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Noncharacter_Code_Point,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
	}
}

// joining are the scripts whose spelling needs joiners between letters.
func joining() []*unicode.RangeTable {
	return []*unicode.RangeTable{
		unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian, unicode.Devanagari,
		unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
		unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
	}
}

// CheckVisible returns an error that names the first character of a text that names and ids must not have: control
// characters, characters that change the direction of writing, invisible characters, and those without a meaning. Joiners
// and variation selectors are accepted only where they belong: within words of scripts that need them, and in emoji.
func CheckVisible(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("the text is not UTF-8")
	}

	var before rune

	for i, c := range text {
		if c >= ' ' && c < unicode.MaxASCII {
			before = c

			continue
		}

		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(c):])
		if isHidden(c) && !belongs(before, c, after) {
			return fmt.Errorf("the text has the character U+%04X, which cannot be seen or has no meaning", c)
		}

		before = c
	}

	return nil
}

func isHidden(c rune) bool {
	switch {
	case c == utf8.RuneError, c == brailleBlank:
		return true
	case unicode.Is(unicode.Prepended_Concatenation_Mark, c):
		return false // Arabic signs before numbers. They are visible.
	default:
		return unicode.In(c, hidden()...)
	}
}

// belongs says whether a joiner or a variation selector has an effect between the characters before and after it. At the
// end of a text, after is [utf8.RuneError].
func belongs(before, c, after rune) bool {
	switch {
	case c == zeroWidthJoiner && isEmojiPart(before) && unicode.IsSymbol(after):
		return true
	case c == zeroWidthJoiner || c == zeroWidthNonJoiner:
		return unicode.In(before, joining()...) && unicode.In(after, joining()...)
	case (c == emojiSelector || c == textSelector) && (unicode.IsSymbol(before) || after == keycap):
		return true
	case unicode.Is(unicode.Mongolian, before):
		return c >= '\u180b' && c <= '\u180f' && c != '\u180e'
	default:
		return unicode.Is(unicode.Variation_Selector, c) && unicode.Is(unicode.Han, before)
	}
}

func isEmojiPart(c rune) bool { return unicode.IsSymbol(c) || c == emojiSelector }
