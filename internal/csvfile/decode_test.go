package csvfile_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func encode(t *testing.T, to encoding.Encoding, text string) string {
	t.Helper()

	encoded, err := to.NewEncoder().String(text)
	require.NoError(t, err)

	return encoded
}

func TestEveryUsualEncodingIsRead(t *testing.T) {
	t.Parallel()

	const plain = "col_a,col_b\nÄnne – 5 €,Łódź\n"

	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	marked := "\ufeff" + plain

	for name, text := range map[string]string{
		"UTF-8":                               plain,
		"UTF-8 with a mark":                   marked,
		"UTF-8 with two marks":                "\ufeff" + marked,
		"UTF-8 with a mark that was misread":  "ï»¿" + plain,
		"UTF-8 with both":                     "\ufeffï»¿\ufeff" + plain,
		"UTF-16LE with a mark":                encode(t, little, marked),
		"UTF-16LE with two marks":             encode(t, little, "\ufeff"+marked),
		"UTF-16LE without a mark":             encode(t, little, plain),
		"UTF-16BE with a mark":                encode(t, big, marked),
		"UTF-16BE without a mark":             encode(t, big, plain),
		"UTF-32LE":                            encode(t, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), marked),
		"UTF-32BE":                            encode(t, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), marked),
		"UTF-16LE, CRLF, with a separator":    encode(t, little, strings.ReplaceAll("\ufeffsep=,\n"+plain, "\n", "\r\n")),
		"UTF-16LE, separated by tabs":         encode(t, little, strings.ReplaceAll(marked, ",", "\t")),
		"lines that end in CR":                strings.ReplaceAll(plain, "\n", "\r"),
		"lines that end in CRLF":              strings.ReplaceAll(plain, "\n", "\r\n"),
		"lines that end in CR CR LF":          strings.ReplaceAll(plain, "\n", "\r\r\n"),
		"without an end of line at the end":   strings.TrimSpace(plain),
		"quoted cells, lines that end in CR":  "\"col_a\",\"col_b\"\r\"Änne – 5 €\",\"Łódź\"\r",
		"more marks, where files were joined": marked + marked,
	} {
		want := [][]string{{"Änne – 5 €", "Łódź"}}
		if strings.HasSuffix(name, "joined") {
			want = append(want, want[0])
		}

		assert.Equal(t, want, mustRead(t, text).rows, name)
	}
}

func TestWindows1252IsReadWhereATextIsNotUTF8(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		"col_a,col_b\nÄnne – 5 €,Café\n",
		"col_a,col_b\nCAFÉ®,Änne Über\n", // É® is also one character of UTF-8.
	} {
		assert.Equal(t, mustRead(t, text).rows, mustRead(t, encode(t, charmap.Windows1252, text)).rows)
		assert.Equal(t, mustRead(t, text).rows, mustRead(t, "\ufeff"+encode(t, charmap.Windows1252, text)).rows)
	}
}

func TestLinesKeepTheirNumbersInEveryEncoding(t *testing.T) {
	t.Parallel()

	for _, end := range []string{"\n", "\r\n", "\r"} {
		got := mustRead(t, strings.ReplaceAll("col_a,col_b\n\n\n1,2\n\n3,4\n", "\n", end))
		assert.Equal(t, []int{4, 6}, got.lines, "%q", end)
	}
}
