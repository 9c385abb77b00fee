package admission

import (
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

			walk := costWalk{variables: prepared.Variables}
			found := walk.selections(op.SelectionSet, 1)
			t.Logf("%s %s: %+v", directory, op.Name, found)
		}
	}
}
