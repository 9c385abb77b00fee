package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// nullOperation has a nullable variable $v, with a default value, in a position that does not take null.
type nullOperation struct{ position, argument, text string }

// nullOperations returns an operation for each position of the schema that does not take null: arguments of fields and
// of directives, fields of input objects, and elements of lists.
func nullOperations(schema *ast.Schema) []nullOperation {
	w := nullPositions{schema: schema, reached: make(map[string]bool)}

	w.fieldsOf(schema.Query, "query", "%s")
	w.fieldsOf(schema.Mutation, "mutation", "%s")
	w.fieldsOf(schema.Subscription, "subscription", "%s")

	for _, directive := range schema.Directives {
		if !slices.Contains(directive.Locations, ast.LocationField) {
			continue
		}

		for _, argument := range directive.Arguments {
			w.typed("@"+directive.Name, argument.Name, argument.Type,
				"query", "{ __typename @"+directive.Name+"("+argument.Name+": %s) }")
		}
	}

	return w.operations
}

type nullPositions struct {
	schema     *ast.Schema
	reached    map[string]bool
	operations []nullOperation
}

// fieldsOf adds the positions of the fields of an object and of the objects below, each object once. around is an
// operation with %s for a selection of the object.
func (w *nullPositions) fieldsOf(object *ast.Definition, operation, around string) {
	if object == nil || w.reached[object.Name] {
		return
	}

	w.reached[object.Name] = true

	for _, field := range object.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}

		result := w.schema.Types[field.Type.Name()]
		selection := ""

		if result.Kind == ast.Object || result.Kind == ast.Interface {
			selection = " { __typename }"
		}

		for _, argument := range field.Arguments {
			call := field.Name + "(" + w.required(field.Arguments, argument.Name) + argument.Name + ": %s)" + selection
			w.typed(object.Name+"."+field.Name, argument.Name, argument.Type,
				operation, "{ "+strings.Replace(around, "%s", call, 1)+" }")
		}

		if result.Kind == ast.Object {
			call := field.Name
			if arguments := w.required(field.Arguments, ""); arguments != "" {
				call += "(" + arguments + ")"
			}

			w.fieldsOf(result, operation, strings.Replace(around, "%s", call+" { %s }", 1))
		}
	}
}

// typed adds a position of the type, and the positions within it. around has %s for the position's value.
func (w *nullPositions) typed(place, path string, of *ast.Type, operation, around string) {
	if of.NonNull {
		nullable := *of
		nullable.NonNull = false
		w.operations = append(w.operations, nullOperation{
			position: place + " " + path, argument: path,
			text: fmt.Sprintf("%s($v: %s = %s) %s", operation, nullable.String(), w.literal(of), strings.Replace(around, "%s", "$v", 1)),
		})
	}

	if of.Elem != nil {
		w.typed(place, path+".0", of.Elem, operation, strings.Replace(around, "%s", "[%s]", 1))

		return
	}

	definition := w.schema.Types[of.NamedType]
	if definition.Kind != ast.InputObject {
		return
	}

	for _, field := range definition.Fields {
		object := "{" + w.requiredFields(definition, field.Name) + field.Name + ": %s}"
		w.typed(place, path+"."+field.Name, field.Type, operation, strings.Replace(around, "%s", object, 1))
	}
}

func (w *nullPositions) required(arguments ast.ArgumentDefinitionList, except string) string {
	var text strings.Builder

	for _, argument := range arguments {
		if argument.Type.NonNull && argument.Name != except {
			fmt.Fprintf(&text, "%s: %s, ", argument.Name, w.literal(argument.Type))
		}
	}

	return text.String()
}

func (w *nullPositions) requiredFields(object *ast.Definition, except string) string {
	var text strings.Builder

	for _, field := range object.Fields {
		if field.Type.NonNull && field.Name != except {
			fmt.Fprintf(&text, "%s: %s, ", field.Name, w.literal(field.Type))
		}
	}

	return text.String()
}

// literal returns a valid value of the type.
func (w *nullPositions) literal(of *ast.Type) string {
	if of.Elem != nil {
		return "[" + w.literal(of.Elem) + "]"
	}

	definition := w.schema.Types[of.NamedType]

	switch {
	case definition.Kind == ast.Enum:
		return definition.EnumValues[0].Name
	case definition.Kind == ast.InputObject:
		return "{" + w.requiredFields(definition, "") + "}"
	case of.NamedType == "Boolean":
		return "true"
	case of.NamedType == "Int":
		return "1"
	default:
		return `"x"`
	}
}

func TestNullInAPositionThatDoesNotTakeItIsRefused(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	operations := nullOperations(graph.Schema())
	require.Greater(t, len(operations), 60)

	for _, operation := range operations {
		answered := admin.do(operation.text, map[string]any{"v": nil})
		if assert.Len(t, answered.Errors, 1, "%s\n%s", operation.position, operation.text) {
			assert.Equal(t, "BAD_USER_INPUT", answered.code(), "%s\n%s", operation.text, answered.Errors[0].Message)
			assert.Contains(t, answered.Errors[0].Message, operation.argument+": the variable $v is null", operation.text)
		}

		assert.Empty(t, answered.Data, operation.text)
	}
}

func TestNullDoesNotTurnAutoClaimOrAPolicyOff(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		tenant := a.world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)
		id := get[struct{ Nodes []struct{ ID string } }](admin, `{ policies { nodes { id } } }`, nil).Nodes[0].ID

		for _, operation := range []string{
			`mutation($v: Boolean = true) { setAutoClaimEnabled(input: {enabled: $v}) { settings { autoClaimEnabled } } }`,
			`mutation($v: Boolean = true) { setPolicyEnabled(input: {policyId: "` + id + `", enabled: $v}) { policy { id } } }`,
			`query($v: Boolean = true) { viewer { externalId @include(if: $v) } }`,
			`query($v: ReportPeriod) { claimReport(period: $v) { totalClaims } }`,
		} {
			assert.Equal(t, "BAD_USER_INPUT", admin.do(operation, map[string]any{"v": nil}).code(), operation)
		}

		assert.Equal(t, "CLAIMED", string(*admin.claim("ann").Outcome))
	})
}
