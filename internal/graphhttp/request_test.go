package graphhttp

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

var someHash = strings.Repeat("0123456789abcdef", 4)

func TestARequestIsReadFromJSON(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]operationRequest{
		`{"query": "{a}"}`: {query: "{a}"},
		` {"query":"{a}" , "operationName" : "b", "variables" : {"c": [1, {"d": "}"}]} } `: {
			query: "{a}", operationName: "b", variables: []byte(`{"c": [1, {"d": "}"}]}`),
		},
		`{"qu\u0065ry": "{\"\\}", "QUERY": "x", "Query": 1}`:                                           {query: `{"\}`},
		`{"query": "{a}", "variables": null, "extensions": null}`:                                      {query: "{a}"},
		`{"other": {"query": ["{b}", -1.5e3, true, "\\"]}, "query": "{a}"}`:                            {query: "{a}"},
		`{"documentId": "sha256:00"}`:                                                                  {document: "00"},
		`{"extensions": {"x": {}, "documentId": null, "persistedQuery": null}, "query": "{a}"}`:        {query: "{a}"},
		`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + someHash + `", "a": 1}}}`: {persisted: someHash},
		`{"extensions": {"persistedQuery": {"sha256Hash": "sha256:` + someHash + `", "version": 1.0}}, "query": "{a}"}`: {
			query: "{a}", persisted: someHash,
		},
		`{"query": "{a}", "variables": {"a": "\ud83d\ude00 \\ud800"}}`: {
			query: "{a}", variables: []byte(`{"a": "\ud83d\ude00 \\ud800"}`),
		},
		`{"extensions": {"documentId": "01"}, "documentId": "00"}`: {document: "00", extension: "01"},
	} {
		got, refusal := parseRequest([]byte(body))
		require.Nil(t, refusal, body)
		assert.Equal(t, want, got, body)
	}
}

func TestAMalformedRequestIsRefused(t *testing.T) {
	t.Parallel()

	for body, message := range map[string]string{
		`{"query": "{a}", "query": "{b}"}`:                   "query: give this parameter once.",
		`{"query": "{a}", "variables": {}, "variables": {}}`: "variables: give this parameter once.",
		`{"query": ["{a}"]}`:                                 "query: this must be text.",
		`{"query": "{a}", "variables": "x"}`:                 "variables: this must be an object.",
		`{"query": "{a}", "extensions": []}`:                 "extensions: this must be an object.",
		`{"query": "{a}", "extensions": {"documentId": 1}}`:  "extensions.documentId: this must be text.",
		"{\"query\": \"{a}\xff\"}":                           "The body is not UTF-8: look at byte 14.",
		"{\"query\": \"\xed\xa0\x80\"}":                      "The body is not UTF-8: look at byte 11.",
		"{\"query\": \"\xc0\xaf\"}":                          "The body is not UTF-8: look at byte 11.",
		`{"QUERY": "{a}"}`:                                   "query: it is missing. Send the operation's text.",
		`{"query": "{a}"`:                                    "The body is not a JSON object with 'query', 'variables' and 'operationName'.",
		`"query"`:                                            "The body is not a JSON object with 'query', 'variables' and 'operationName'.",
		`{` + times(1001, `"aN": 0, `) + `"query": "{a}"}`:   "The body has more than 1000 parameters. Send only those of GraphQL.",
	} {
		_, refusal := parseRequest([]byte(body))
		if assert.NotNil(t, refusal, body) {
			assert.ErrorContains(t, refusal, message, body)
		}
	}
}

func declare(t *testing.T, variables string) ast.VariableDefinitionList {
	t.Helper()

	document, err := parser.ParseQuery(&ast.Source{Input: "query(" + variables + "){a}"})
	require.NoError(t, err)

	return document.Operations[0].VariableDefinitions
}

func TestOnlyDeclaredVariablesAreDecoded(t *testing.T) {
	t.Parallel()

	got, err := decodeVariables([]byte(`{"b": [{"c": "d"}], "a": 12345678901234567890, "x": [[]], "A": 1, "n": null}`),
		declare(t, "$a: Int, $b: B, $n: Int, $missing: Int"))

	assert.Nil(t, err)
	assert.Equal(t, map[string]any{
		"a": json.Number("12345678901234567890"), "b": []any{map[string]any{"c": "d"}}, "n": nil,
	}, got)
}

func TestVariablesThatAreTooLargeAreRefusedByName(t *testing.T) {
	t.Parallel()

	for variables, message := range map[string]string{
		`{"a": 1, "a": 2}`: "variables.a: give this variable once.",
		`{"a": [` + strings.Repeat(`0,`, maxValues) + `0]}`:                                        "variables.a: the variables have more than 10000 values.",
		`{"b": [` + strings.Repeat(`{"":0},`, maxValues/2) + `0]}`:                                 "variables.b: the variables have more than 10000 values.",
		`{"a": [` + strings.Repeat(`[],`, maxValues/2) + `0]}`:                                     "variables.a: the variables have more than 10000 values.",
		`{"a": ` + nest(maxValueDepth+1, "[", "", "]") + `}`:                                       "variables.a: it has 21 levels of lists and objects",
		`{"a": ` + nest(9000, `{"a":`, "0", "}") + `}`:                                             "variables.a: it has 9000 levels of lists and objects",
		`{` + times(maxMembers, `"xN": 0, `) + `"a": 0}`:                                           "variables: more than 1000 are given.",
		`{"b": [` + strings.Repeat(`0,`, 6000) + `0], "a": [` + strings.Repeat(`0,`, 6000) + `0]}`: "variables.a: the variables have more",
	} {
		_, err := decodeVariables([]byte(variables), declare(t, "$a: A, $b: B"))
		if assert.NotNil(t, err, message) {
			assert.Contains(t, err.Message, message)
		}
	}
}

// This test is not parallel because it measures the memory of the whole process.
func TestParametersAndVariablesThatNobodyAskedForTakeNoMemory(t *testing.T) {
	values := `[` + strings.Repeat(`{"":0},`, 140_000) + `0]`

	for _, body := range []string{
		`{"query": "{a}", "variables": {"x": ` + values + `}}`,
		`{"query": "{a}", "extensions": {"x": ` + values + `}}`,
		`{"query": "{a}", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + someHash + `", "x": ` + values + `}}}`,
		`{"query": "{a}", "x": ` + values + `}`,
		`{"query": "{a}", "x": ` + nest(9000, "[", "", "]") + `}`,
	} {
		var before, after runtime.MemStats

		text := []byte(body)
		declared := declare(t, "$a: Int")

		runtime.ReadMemStats(&before)

		request, refusal := parseRequest(text)
		require.Nil(t, refusal)

		_, err := decodeVariables(request.variables, declared)
		require.Nil(t, err)
		runtime.ReadMemStats(&after)

		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(400<<10), "bytes allocated for %.60s", body)
	}
}

// FuzzEachMember compares eachMember with encoding/json.
func FuzzEachMember(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { } `, `{"a":1}`, `{"a" : [ 1 , {"b" : "]}\"" } ] , "c":null}`, `{"\u0061\\":"\\","":-1e5}`, `{"a":"\\\\\"","b":{"a":{}}}`,
		"{\n\t\"a\"\r:\n[\n]\n,\"b\":true\n}", `{"a":[[[]],[{}],""]}`,
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &want); err != nil || want == nil {
			t.Skip()
		}

		got := make(map[string]json.RawMessage)
		err := eachMember([]byte(text), func(name string, value []byte) error {
			got[name] = value

			values, depth := extent(value)
			if !json.Valid(value) || values < 1 || depth < 0 {
				return fmt.Errorf("%s has %d values and depth %d", value, values, depth)
			}

			return nil
		})
		if err != nil {
			require.ErrorIs(t, err, errTooManyMembers)

			return
		}

		require.Equal(t, want, got)
	})
}
