package graphhttp

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHalfOfASurrogatePairIsRefusedWhereItIs(t *testing.T) {
	t.Parallel()

	for body, place := range map[string]string{
		`{"query": "\ud800"}`:                          "query: \\ud800",
		`{"operationName": "a\uDFFF", "query": "{a}"}`: "operationName: \\uDFFF",
		`{"query": "{a}", "variables": {"a": {"b": [1, {"c": "\ud83d\ude00\ude00"}]}}}`:             "variables.a.b.1.c: \\ude00",
		`{"query": "{a}", "variables" : { "x\"": "}" , "a" : [ ] , "b": [ 0 , "\ude00\ud83d" ] } }`: "variables.b.1: \\ude00",
		`{"query": "{a}", "variables": {"\ud800": 1}}`:                                              "a name in variables: \\ud800",
		`{"query": "{a}", "variables": {"a": [{"x": 0, "b\udc00": {}}]}}`:                           "a name in variables.a.0: \\udc00",
		`{"query": "{a}", "\udc00": 1}`:                                                             "a name: \\udc00",
		`{"query": "{a}", "ignored": ["\udc00"]}`:                                                   "ignored.0: \\udc00",
		`{"query": "{a}", "variables": ` + nest(30, `{"a":`, `"\ud800"`, "}") + `}`:                 "variables.a.a.a.a.a.a.a: \\ud800",
		`{"query": "{a}", "variables": {"` + strings.Repeat("x", 200) + `": "\ud800"}}`:             "xxx…: \\ud800",
	} {
		_, refusal := parseRequest([]byte(body))
		if assert.NotNil(t, refusal, body) {
			assert.Contains(t, refusal.Err.Message, place+" is half of a surrogate pair.", body)
			assert.Less(t, len(refusal.Err.Message), 300)
		}
	}

	for url, place := range map[string]string{
		"query={a}&variables=%7B%22a%22:%20%22%5Cud800%22%7D": "variables.a: \\ud800",
		"query={a}&variables=%22%5Cud800%22":                  "variables: \\ud800",
		"query={a}&extensions=%7B%22%5Cud800%22:1%7D":         "a name in extensions: \\ud800",
	} {
		_, refusal := readURL(url)
		if assert.NotNil(t, refusal, url) {
			assert.Contains(t, refusal.Err.Message, place, url)
		}
	}
}

func TestHalfOfASurrogatePairInADocumentIsRefusedWhereItIs(t *testing.T) {
	t.Parallel()

	const afterBlockString = "{a:policy(id: \"\"\"\\ud800\\\"\"\"\"\"\"){id} b:policy(id: \"\\\\\\ud800\"){id}}"

	v := newValidator(loadSchema(t), false)

	for text, position := range map[string][2]int{
		`{policy(id: "\ud800"){id}}`:              {1, 14},
		"{policy(id: \"é\\uDC00\"){id}}":          {1, 15},
		"{\n# \"\n  policy(id: \"\\ud83d\"){id}}": {3, 15},
		afterBlockString:                          {1, 53},
		`{policy(id: "\ud83d\ud83d\ude00"){id}}`:  {1, 14},
	} {
		_, _, errs := v.parse(text, maxTokens)
		require.Len(t, errs, 1, text)
		assert.Equal(t, "GRAPHQL_PARSE_FAILED", errs[0].Extensions["code"], text)
		assert.Contains(t, errs[0].Message, "half of a surrogate pair", text)
		require.Len(t, errs[0].Locations, 1)
		assert.Equal(t, position, [2]int{errs[0].Locations[0].Line, errs[0].Locations[0].Column}, text)
	}

	for _, text := range []string{
		`{policy(id: "\ud83d\ude00 \\ud800 \u00e9"){id}}`,
		`{policy(id: """\ud800 \""" \ud800"""){id}}`,
		`{policy(id: """\ud800""""){id}}`,
		"{policy(id: \"\"){id}} # \"\\ud800",
		`{policy(id: "\u{1F600}"){id}}`,
	} {
		_, _, errs := v.parse(text, maxTokens)
		assert.Empty(t, errs, text)
	}

	for _, text := range []string{`{policy(id: "\u{D800}"){id}}`, `{policy(id: "\ud800`, `{policy(id: """\ud800`, `{policy(id: "\u`} {
		_, _, errs := v.parse(text, maxTokens)
		require.Len(t, errs, 1, text)
		assert.Equal(t, "GRAPHQL_PARSE_FAILED", errs[0].Extensions["code"], text)
	}
}

func TestLongDocumentsWithEscapesAreCheckedInOnePass(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		strings.Repeat(`"" `, 200_000) + `\u`, strings.Repeat(`"`, 600_000) + `\u`, strings.Repeat("#\n", 300_000) + `\u`,
		strings.Repeat(`"""\"""`, 80_000) + `\u`, strings.Repeat(`"\u0041`, 80_000),
	} {
		assert.Nil(t, checkStrings(text)) // A pass of each string or line would take minutes.
	}
}

func TestALoneSurrogateIsFoundWhereItIs(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]int{
		`"\ud800"`:               1,
		`"\uDBFF"`:               1,
		`"\udc00"`:               1,
		`"\udfff"`:               1,
		`"a\ud83da"`:             2,
		`"\ude00\ud83d"`:         1,
		`"\ud83d\ud83d\ude00"`:   1,
		`"\ud83d\\ude00"`:        1,
		`"\ud83d\u0041"`:         1,
		`"\ud83d\n\ude00"`:       1,
		`{"\ud800": 1}`:          2,
		`["\ud83d\ude00\udead"]`: 14,
		`"\\\ud800"`:             3,

		`"\ud83d\ude00"`:     -1,
		`"\uD83D\uDE00"`:     -1,
		`"\\ud800"`:          -1,
		`"\\\\ud800"`:        -1,
		`"\ud7ff\ue000"`:     -1,
		`"\u0000 \\ \" 😀 �"`: -1,
		`{}`:                 -1,
		``:                   -1,
		// These are not JSON.
		`\`:          -1,
		`"\u`:        -1,
		`"\ud8`:      -1,
		`"\ud83d\ud`: 1,
		`"\u{d800}"`: -1,
		`"\ud80g"`:   -1,
	} {
		assert.Equal(t, want, loneSurrogate([]byte(text)), text)
	}
}

// FuzzLoneSurrogate compares loneSurrogate with encoding/json, which replaces lone surrogates by U+FFFD.
func FuzzLoneSurrogate(f *testing.F) {
	for _, seed := range []string{`"\ud800"`, `"\ud83d\ude00"`, `{"a\\": ["\udc00"], "\ud800": "\\ud800"}`, `"�"`, `"\ufffd"`} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		var decoded any
		if strings.ContainsRune(text, unicode.ReplacementChar) || strings.Contains(strings.ToLower(text), `\ufffd`) ||
			json.Unmarshal([]byte(text), &decoded) != nil {
			t.Skip()
		}

		encoded, err := json.Marshal(decoded)
		require.NoError(t, err)

		if bytes.ContainsRune(encoded, unicode.ReplacementChar) {
			require.GreaterOrEqual(t, loneSurrogate([]byte(text)), 0)
		}

		if at := loneSurrogate([]byte(text)); at >= 0 {
			require.Equal(t, byte('\\'), text[at])
		}
	})
}
