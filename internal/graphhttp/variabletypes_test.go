package graphhttp

import (
	"encoding/json"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	gqlvalidator "github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const colors = `
enum Color { RED GREEN }
input Box { name: String color: Color! = RED colors: [[Color]!] inner: Box }
type Query { paint(color: Color, colors: [Color!], box: Box, boxes: [Box]): Int }`

func TestEnumsAreExactWhereverTheyAreInAVariable(t *testing.T) {
	t.Parallel()

	schema := gqlparser.MustLoadSchema(&ast.Source{Input: colors})
	exact := newExactEnums(schema)

	for variables, says := range map[string]string{
		`{}`: "",
		`{"color": null, "colors": null, "box": null, "boxes": null}`: "",
		`{"color": "RED", "colors": ["RED", "GREEN"]}`:                "",
		`{"colors": "GREEN"}`: "",
		`{"box": {"name": "red", "color": "RED", "colors": [["RED", null], "GREEN"], "inner": {"color": "GREEN"}}, "boxes": [null, {}]}`: "",
		`{"color": "red"}`:                                          `variables.color: "red" is not a value of Color. Write it as in the schema.`,
		`{"colors": ["RED", "Green"]}`:                              `variables.colors.1: "Green" is not`,
		`{"colors": "green"}`:                                       `variables.colors.0: "green" is not`,
		`{"box": {"color": "rEd"}}`:                                 `variables.box.color: "rEd" is not`,
		`{"box": {"colors": [["RED"], [null, "x"]]}}`:               `x is not a valid Color`,
		`{"box": {"colors": [["RED"], [null, "red"]]}}`:             `variables.box.colors.1.1: "red" is not`,
		`{"box": {"inner": {"inner": {"colors": [["RED", "r"]]}}}}`: `r is not a valid Color`,
		`{"box": {"inner": {"inner": {"color": "red"}}}}`:           `variables.box.inner.inner.color: "red" is not`,
		`{"boxes": [{"name": "x"}, {"color": "red"}]}`:              `variables.boxes.1.color: "red" is not`,
		`{"boxes": {"color": "red"}}`:                               `variables.boxes.0.color: "red" is not`,
	} {
		document, errs := gqlparser.LoadQueryWithRules(schema, `query($color: Color, $colors: [Color!], $box: Box, $boxes: [Box]) {
			paint(color: $color, colors: $colors, box: $box, boxes: $boxes) }`, rules.NewDefaultRules())
		require.Empty(t, errs)

		var given map[string]any
		require.NoError(t, json.Unmarshal([]byte(variables), &given))

		coerced, err := gqlvalidator.VariableValues(schema, document.Operations[0], given)
		if err == nil {
			if refused := exact.MutateOperationContext(t.Context(), &graphql.OperationContext{
				Operation: document.Operations[0], Variables: coerced,
			}); refused != nil {
				err = refused
			}
		}

		if says == "" {
			assert.NoError(t, err, variables)
		} else {
			assert.ErrorContains(t, err, says, variables)
		}
	}
}
