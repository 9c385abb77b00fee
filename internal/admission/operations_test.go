package admission

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

const repository = "../../"

func loadSchema(t *testing.T) *ast.Schema {
	t.Helper()

	text, err := os.ReadFile(repository + "schema.graphqls")
	require.NoError(t, err)

	return gqlparser.MustLoadSchema(&ast.Source{Input: string(text)})
}

// documents parses all operations and fragments in the files of a directory.
func documents(t *testing.T, directory string) *ast.QueryDocument {
	t.Helper()

	all := new(ast.QueryDocument)
	known := make(map[string]bool)

	require.NoError(t, filepath.WalkDir(repository+directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == "node_modules" {
			return fs.SkipDir
		}

		if !strings.HasSuffix(path, ".graphql") {
			return nil
		}

		text, err := os.ReadFile(path)
		require.NoError(t, err)

		document, err := parser.ParseQuery(&ast.Source{Name: path, Input: string(text)})
		require.NoError(t, err)

		all.Operations = append(all.Operations, document.Operations...)

		for _, fragment := range document.Fragments {
			if !known[fragment.Name] {
				all.Fragments = append(all.Fragments, fragment)
			}

			known[fragment.Name] = true
		}

		return nil
	}))

	return all
}

// operation returns an operation of a document after validation. Variables that are numbers are as large as pages can be.
func operation(t *testing.T, schema *ast.Schema, all *ast.QueryDocument, op *ast.OperationDefinition) *graphql.OperationContext {
	t.Helper()

	one := &ast.QueryDocument{Operations: ast.OperationList{op}, Fragments: all.Fragments}
	rules := validator.ValidateWithRules(schema, one, nil)

	for _, err := range rules {
		require.Equal(t, "NoUnusedFragments", err.Rule, err.Error())
	}

	variables := make(map[string]any)

	for _, variable := range op.VariableDefinitions {
		switch variable.Type.Name() {
		case "Int":
			variables[variable.Variable] = int64(MaxPageSize)
		case "ID":
			if variable.Type.Elem != nil {
				variables[variable.Variable] = make([]any, MaxPageSize)
			}
		}
	}

	return &graphql.OperationContext{Doc: one, Operation: op, Variables: variables}
}

func TestEveryOperationOfTheConsoleAndTheExamplesIsWithinTheDefaultLimits(t *testing.T) {
	t.Parallel()

	schema := loadSchema(t)

	for _, directory := range []string{"web/src", "examples/operations", "examples/go", "bench", "test"} {
		all := documents(t, directory)

		for _, op := range all.Operations {
			prepared := operation(t, schema, all, op)
			_, err := OperationLimits{}.WithDefaults().Check(prepared)
			assert.Nil(t, err, "%s in %s", op.Name, op.Position.Src.Name)
		}
	}
}

func check(t *testing.T, schema *ast.Schema, text string, variables map[string]any) (int, string) {
	t.Helper()

	document, err := parser.ParseQuery(&ast.Source{Input: text})
	require.NoError(t, err)
	require.Empty(t, validator.ValidateWithRules(schema, document, nil), text)

	bytes, refusal := OperationLimits{}.WithDefaults().Check(&graphql.OperationContext{
		Doc: document, Operation: document.Operations[0], Variables: variables,
	})
	if refusal != nil {
		return bytes, refusal.Message
	}

	return bytes, ""
}

// aliased repeats a field n times.
func aliased(n int, field string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "a%d: %s ", i, field)
	}

	return text.String()
}

func TestWhatAFragmentCostsCountsForEachSpread(t *testing.T) {
	t.Parallel()

	schema := loadSchema(t)

	for text, refusal := range map[string]string{
		"{" + aliased(9, "auditEvents(first:100){nodes{...f}}") + "}fragment f on AuditEvent{" + aliased(40, "before") + "}":  "369 aliases",
		"{" + strings.Repeat("...f ", 9) + "}fragment f on Query{" + aliased(6, "__typename") + "}":                           "54 aliases",
		"{" + strings.Repeat("...f ", 9) + "}fragment f on Query{" + strings.Repeat("__typename @skip(if:true) ", 6) + "}":    "54 directives",
		"{users(first:100){nodes{licenses(first:100){nodes{...f ...f ...f}}}}}fragment f on License{id assignedAt removedAt}": "objects and fields",
		"{users(first:100){nodes{licenses(first:100){nodes{id}}}}}":                                                           "",
		"{users(first:100){nodes{licenses(first:100){nodes{" + strings.Repeat("id ", 10) + "}}}}}":                            "objects and fields",
	} {
		_, message := check(t, schema, text, nil)
		if refusal == "" {
			assert.Empty(t, message, text)
		} else {
			assert.Contains(t, message, refusal, text)
		}
	}
}

func TestThePageSizeOfAVariableCountsInEachFormThatIsAccepted(t *testing.T) {
	t.Parallel()

	schema := loadSchema(t)
	text := "query($n:Int){users(first:$n){nodes{licenses(first:$n){nodes{product{apps{id}}}}}}}"

	for _, size := range []any{int64(100), json.Number("100"), "100", 100} {
		_, message := check(t, schema, text, map[string]any{"n": size})
		assert.Contains(t, message, "objects and fields", "%T", size)
	}

	_, message := check(t, schema, text, map[string]any{"n": int64(10)})
	assert.Empty(t, message)
}

func TestTheBytesOfAResponseAreKnownBeforeItIsMade(t *testing.T) {
	t.Parallel()

	schema := loadSchema(t)
	long := strings.Repeat("x", 60_000)

	longNames := strings.ReplaceAll(aliased(7, "id"), "a", strings.Repeat("a", 120))
	paths := aliased(49, "csvPath(text: $t)")

	for text, tooLong := range map[string]bool{
		"query($t:String){claimReport{" + paths + "}}":                                                            true,
		"query($t:String){claimReport{csvPath(text:$t)}}":                                                         false,
		"{auditEvents(first:100){nodes{id at actor action objectId before after}}}":                               false,
		"{auditEvents(first:100){nodes{before a:before b:before}}}":                                               true,
		"{auditEvents(first:100){edges{node{before after}} nodes{before}}}":                                       true,
		"{users(first:100){nodes{licenses(first:100){nodes{" + longNames + "}}}}}":                                true,
		"{users(first:100){nodes{licenses(first:100){nodes{id}}}}}":                                               false,
		"{__schema{types{fields{args{type{name}}}}}}":                                                             false,
		"{" + aliased(40, "__schema{types{fields{args{description type{name fields{name description}}}}}}") + "}": true,
	} {
		bytes, message := check(t, schema, text, map[string]any{"t": long})
		if tooLong {
			assert.Contains(t, message, "bytes of response", "%.100s", text)
		} else {
			assert.Empty(t, message, "%.100s", text)
			assert.Positive(t, bytes)
		}
	}
}

func TestToolsMayReadTheWholeSchemaInOneOperation(t *testing.T) {
	t.Parallel()

	ofType := strings.Repeat("ofType{kind name ", 9) + strings.Repeat("}", 9)
	bytes, message := check(t, loadSchema(t), `query IntrospectionQuery {
		__schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
			types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
		fragment FullType on __Type { kind name description specifiedByURL isOneOf
			fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef }
				isDeprecated deprecationReason }
			inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
			enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
		fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
		fragment TypeRef on __Type { kind name `+ofType+` }`, nil)

	assert.Empty(t, message)
	assert.Less(t, bytes, OperationLimits{}.WithDefaults().Response/2)
}
