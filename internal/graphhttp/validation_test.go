package graphhttp

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

const maxTokens = 1000

func loadSchema(tb testing.TB) *ast.Schema {
	tb.Helper()

	text, err := os.ReadFile("../../schema.graphqls")
	require.NoError(tb, err)

	return gqlparser.MustLoadSchema(&ast.Source{Input: string(text)})
}

// times repeats a text n times, with the number of each in place of N and the next one in place of M.
func times(n int, text string) string {
	var all strings.Builder

	for i := range n {
		all.WriteString(strings.NewReplacer("N", fmt.Sprint(i), "M", fmt.Sprint(i+1)).Replace(text))
	}

	return all.String()
}

// nest puts a text into n pairs of brackets.
func nest(n int, open, text, closed string) string {
	return strings.Repeat(open, n) + text + strings.Repeat(closed, n)
}

// costlyDocuments are documents that make validation compare or visit much. The number says how much.
func costlyDocuments(n int) map[string]string {
	leaf := "fragment fN on Query{__typename}"
	chain := func(n int) string {
		return times(n, "fragment fN on Query{...fM __typename}") + strings.ReplaceAll(leaf, "N", fmt.Sprint(n))
	}

	return map[string]string{
		"a repeated leaf":                     "{" + times(n, "__typename ") + "}",
		"a repeated object":                   "{" + times(n*2/3, "settings{autoClaimEnabled}") + "}",
		"repeated nested objects":             "{" + times(n/3, "viewer{user{licenses{nodes{user{id}}}}}") + "}",
		"repeated arguments":                  "{" + times(n*5/9, `users(first:1){totalCount}`) + "}",
		"nested inline fragments":             "{" + nest(n/3, "...{", times(20, "__typename "), "}") + "}",
		"a spread in nested inline fragments": "{" + nest(n*3/2, "...{", "...f __typename", "}") + "}fragment f on Query{" + times(50, "__typename ") + "}",
		"fragments in a row":                  "{" + times(n/2, "...fN ") + "}" + times(n/2, leaf),
		"fragments in fragments":              "{...f0}" + chain(n/3),
		"inline fragments and fragments":      "{" + nest(n/3, "...{", "...f0 "+times(20, "aN:__typename "), "}") + "}" + chain(n/8),
		"operations with one fragment":        times(n/6, "query qN{...f}") + "fragment f on Query{" + times(200, "aN:__typename ") + "}",
	}
}

func TestADocumentWhoseValidationWouldTakeTooMuchWorkIsRefusedBefore(t *testing.T) {
	t.Parallel()

	v := newValidator(loadSchema(t), false)

	for name, text := range costlyDocuments(60) {
		_, _, errs := v.parse(text, maxTokens)
		assert.Empty(t, errs, name)
	}

	for name, text := range costlyDocuments(180) {
		_, _, errs := v.parse(text, maxTokens)
		if assert.Len(t, errs, 1, name) {
			assert.Equal(t, apierror.CodeTooComplex, errs[0].Extensions["code"], "%s: %s", name, errs[0].Message)
		}
	}

	cycle := "{...f0}" + times(120, "fragment fN on Query{...fM}") + "fragment f120 on Query{...f0}"
	_, _, errs := v.parse(cycle, maxTokens)
	assert.Equal(t, apierror.CodeTooComplex, errs[0].Extensions["code"], "a cycle of fragments")
}

// BenchmarkValidation validates documents that cost about as much as is allowed.
func BenchmarkValidation(b *testing.B) {
	v := newValidator(loadSchema(b), false)

	for name, text := range costlyDocuments(60) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _, _ = v.parse(text, maxTokens)
			}
		})
	}
}

// malformedDocuments have many errors, or long names and values.
func malformedDocuments() map[string]string {
	long := strings.Repeat("x", maxName)
	huge := strings.Repeat("x", 30<<10)

	return map[string]string{
		"a huge name of an operation": "query " + huge + "(" + times(235, "$aN:Int") + "){__typename}",
		"unused variables":            "query " + long + "(" + times(235, "$aN:Int ") + "){__typename}",
		"undefined variables":         "{nodes(ids:[" + times(900, "$aN ") + "]){id}}",
		"unknown fields":              "{" + times(230, long+"N ") + "}",
		"unknown fields of any name":  "{" + times(900, "aN ") + "}",
		"unknown arguments":           "{users(" + times(200, "aN:1 ") + "){totalCount}}",
		"unknown types":               "{" + times(150, "...on TypN{id}") + "}",
		"unknown directives":          "{__typename " + times(400, "@aN ") + "}",
		"unknown enum value":          "{claimReport(period:" + huge + "){totalClaims}}",
		"huge text":                   `{nodes(ids:["a"]){id} users(first:"` + huge + `"){totalCount}}`,
		"huge text with spaces":       `{users(first:"` + strings.Repeat("x ", 15<<10) + `"){totalCount}}`,
		"wrong values":                "{nodes(ids:[" + times(900, "1.5 ") + "]){id}}",
		"conflicts":                   "{" + times(60, "a:users(first:N){totalCount}") + "}",
		"a huge token":                "{" + huge + "!}",
		"a huge unexpected name":      huge,
		"a cycle":                     "{...f0}" + times(40, "fragment fN on Query{...fM}") + "fragment f40 on Query{...f0}",
		"unused fragments":            "{__typename}" + times(100, "fragment fN on Query{__typename}"),
		"the same argument":           "{users(" + times(240, "first:1 ") + "){totalCount}}",
		"control characters":          "{\x01" + huge + "}",
		"a huge directive":            "{__typename @" + huge + "}",
		"huge escapes":                `{nodes(ids:["\` + huge + `"]){id}}`,
	}
}

func TestTheErrorsOfAMalformedDocumentAreFewAndShort(t *testing.T) {
	t.Parallel()

	for _, suggest := range []bool{false, true} {
		v := newValidator(loadSchema(t), suggest)

		for name, text := range malformedDocuments() {
			_, _, errs := v.parse(text, maxTokens)
			require.NotEmpty(t, errs, name)
			assert.LessOrEqual(t, len(errs), maxErrors, name)

			encoded := marshal(boundErrors(errs))
			assert.Less(t, len(encoded), 4<<10, "%s: %.200s", name, encoded)
			assert.Contains(t, string(encoded), `"code"`, name)
		}
	}
}

func TestAnErrorKeepsItsLocation(t *testing.T) {
	t.Parallel()

	_, _, errs := newValidator(loadSchema(t), false).parse("{\n  setting\n}", maxTokens)

	require.Len(t, errs, 1)
	assert.JSONEq(t, `[{"line": 2, "column": 3}]`, string(marshal(boundErrors(errs)[0].Locations)))
}
