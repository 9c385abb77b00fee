package csvfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

const (
	byteOrderMark = "\ufeff"
	// misreadMark is the byte-order mark of UTF-8, read as Windows-1252 by the program that wrote the file.
	misreadMark = "ï»¿"
)

// decode returns the text of a file in UTF-8, without byte-order marks. If most of the file is in UTF-8, single rows of
// the text may be in something else.
func decode(raw []byte) ([]byte, error) {
	from := wideEncoding(raw)
	if from == nil {
		raw = trimMarks(raw)
		if isMostlyUTF8(raw) {
			return raw, nil
		}

		from = charmap.Windows1252
	}

	text, err := from.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, fmt.Errorf("decode the text: %w", err)
	}

	return trimMarks(text), nil
}

func trimMarks(text []byte) []byte {
	for {
		shorter := bytes.TrimPrefix(bytes.TrimPrefix(text, []byte(byteOrderMark)), []byte(misreadMark))
		if len(shorter) == len(text) {
			return text
		}

		text = shorter
	}
}

// wideEncoding returns the encoding of a text of which each character takes at least two bytes, or nil.
func wideEncoding(raw []byte) encoding.Encoding {
	little := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	big := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)

	for _, known := range []struct {
		mark string
		encoding.Encoding
	}{
		{"\xff\xfe\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\x00\x00\xfe\xff", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"\xff\xfe", little},
		{"\xfe\xff", big},
	} {
		if bytes.HasPrefix(raw, []byte(known.mark)) {
			return known.Encoding
		}
	}

	// Without a mark, it shows in the header: every other byte of a Latin letter in UTF-16 is 0.
	const sample, pair, most = 64, 2, 0.75

	start := raw[:min(sample, len(raw))/pair*pair]

	var zeroFirst, zeroSecond int

	for i := 0; i < len(start); i += pair {
		switch first, second := start[i], start[i+1]; {
		case first == 0 && second != 0:
			zeroFirst++
		case first != 0 && second == 0:
			zeroSecond++
		}
	}

	enough := max(1, int(most*float64(len(start)/pair)))

	switch {
	case zeroSecond >= enough:
		return little
	case zeroFirst >= enough:
		return big
	default:
		return nil
	}
}

// isMostlyUTF8 says whether a text that may have mistakes is in UTF-8. Its characters beyond ASCII decide: in a text
// in Windows-1252, they rarely form a sequence that is one of UTF-8.
func isMostlyUTF8(text []byte) bool {
	if utf8.Valid(text) {
		return true
	}

	var sequences, strays int

	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)

		switch {
		case c == utf8.RuneError && size == 1:
			strays++
		case size > 1:
			sequences++
		}

		text = text[size:]
	}

	return sequences > strays
}

// endLines ends all lines in LF. Lines of old programs end in CR, and those of files that were converted twice in two CR and an LF.
func endLines(text []byte) []byte {
	const cr, lf = "\r", "\n"

	if !bytes.Contains(text, []byte(lf)) {
		return bytes.ReplaceAll(text, []byte(cr), []byte(lf))
	}

	ended := make([]byte, 0, len(text))

	for {
		i := bytes.IndexByte(text, '\r')
		if i < 0 {
			return append(ended, text...)
		}

		ended = append(append(ended, text[:i]...), lf...)
		text = bytes.TrimPrefix(bytes.TrimLeft(text[i:], cr), []byte(lf))
	}
}
