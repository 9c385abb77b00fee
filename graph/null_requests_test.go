package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// nullRequest is an operation that gives null to one position of the schema: an argument of a field or of a directive, a
// field of an input object, or an element of a list.
type nullRequest struct {
	position, text string
	variables      map[string]any
	// code is that of the error, and says is in its message. Both are empty if the position takes null: then anything but
	// an internal error is right.
	code, says string
}

// nullRequests returns requests for all positions of the schema.
func nullRequests(schema *ast.Schema) []nullRequest {
	w := nullPositions{schema: schema, reached: make(map[string]bool)}

	w.fieldsOf(schema.Query, "query", "%s")
	w.fieldsOf(schema.Mutation, "mutation", "%s")
	w.fieldsOf(schema.Subscription, "subscription", "%s")

	for _, directive := range schema.Directives {
		if !slices.Contains(directive.Locations, ast.LocationField) {
			continue
		}

		for _, argument := range directive.Arguments {
			w.position("@"+directive.Name, argument.Name, argument.Type, argument.DefaultValue != nil,
				"query", "{ __typename @"+directive.Name+"("+argument.Name+": %s) }")
		}
	}

	return w.requests
}

type nullPositions struct {
	schema   *ast.Schema
	reached  map[string]bool
	requests []nullRequest
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
			in := "{ " + strings.Replace(around, "%s", call, 1) + " }"
			place := object.Name + "." + field.Name

			w.position(place, argument.Name, argument.Type, argument.DefaultValue != nil, operation, in)
			w.withinVariable(place, argument.Type, argument.Type, "v", operation, in, func(value any) any { return value })
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

// position adds requests for a position of the type, and for the positions within it. around has %s for the position's
// value.
func (w *nullPositions) position(place, path string, of *ast.Type, hasDefault bool, operation, around string) {
	add := func(declared, value string, variables map[string]any, code, says string) {
		if declared != "" {
			declared = "($v: " + declared + ")"
		}

		w.requests = append(w.requests, nullRequest{
			place + " " + path, operation + declared + " " + strings.Replace(around, "%s", value, 1), variables, code, says,
		})
	}
	null, none := map[string]any{"v": nil}, map[string]any{}
	nullable := *of
	nullable.NonNull = false

	if of.NonNull {
		add("", "null", nil, validationFailed, path+": it is null, but this must be a "+of.String())
		add(of.String(), "$v", null, validationFailed, "variables.v: it is null")
		add(nullable.String()+" = "+w.literal(of), "$v", null, badUserInput, path+": the variable $v is null")
		add(nullable.String()+" = "+w.literal(of), "$v", none, "", "")
	} else {
		add("", "null", nil, "", "")
		add(of.String(), "$v", null, "", "")
		add(of.String(), "$v", none, "", "")
	}

	if of.NonNull && hasDefault {
		add(nullable.String(), "$v", null, badUserInput, path+": the variable $v is null")
		add(nullable.String()+" = null", "$v", none, badUserInput, path+": the variable $v is null")
		add(nullable.String(), "$v", none, "", "")
	}

	if of.Elem != nil {
		w.position(place, path+".0", of.Elem, false, operation, strings.Replace(around, "%s", "[%s]", 1))

		return
	}

	for _, field := range w.inputFields(of) {
		object := "{" + w.requiredFields(w.schema.Types[of.NamedType], field.Name) + field.Name + ": %s}"
		w.position(place, path+"."+field.Name, field.Type, field.DefaultValue != nil, operation,
			strings.Replace(around, "%s", object, 1))
	}
}

// withinVariable adds requests that give null within a variable, to each element of a list and each field of an object.
// inside puts a value of the type into the variable, which is of the type whole.
func (w *nullPositions) withinVariable(
	place string, whole, of *ast.Type, path, operation, around string, inside func(value any) any,
) {
	add := func(within *ast.Type, path string, inside func(value any) any) {
		request := nullRequest{
			position: place + " $" + path, variables: map[string]any{"v": inside(nil)},
			text: operation + "($v: " + whole.String() + ") " + strings.Replace(around, "%s", "$v", 1),
		}
		if within.NonNull {
			request.code, request.says = validationFailed, "variables."+path+": it is null"
		}

		w.requests = append(w.requests, request)
		w.withinVariable(place, whole, within, path, operation, around, inside)
	}

	if of.Elem != nil {
		add(of.Elem, path+".0", func(value any) any { return inside([]any{value}) })
	}

	for _, field := range w.inputFields(of) {
		add(field.Type, path+"."+field.Name, func(value any) any {
			object := w.object(w.schema.Types[of.NamedType])
			object[field.Name] = value

			return inside(object)
		})
	}
}

// inputFields returns the fields of an input object, and nothing for other types.
func (w *nullPositions) inputFields(of *ast.Type) ast.FieldList {
	if of.Elem == nil && w.schema.Types[of.NamedType].Kind == ast.InputObject {
		return w.schema.Types[of.NamedType].Fields
	}

	return nil
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

// literal returns a valid value of the type. Ids are those of no object.
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

// object returns an object of the input type with its required fields, as JSON has it.
func (w *nullPositions) object(definition *ast.Definition) map[string]any {
	object := make(map[string]any)

	for _, field := range definition.Fields {
		if field.Type.NonNull {
			object[field.Name] = w.value(field.Type)
		}
	}

	return object
}

func (w *nullPositions) value(of *ast.Type) any {
	if of.Elem != nil {
		return []any{w.value(of.Elem)}
	}

	if definition := w.schema.Types[of.NamedType]; definition.Kind == ast.InputObject {
		return w.object(definition)
	}

	var value any
	if json.Unmarshal([]byte(w.literal(of)), &value) != nil {
		return w.literal(of) // The name of an enum's value.
	}

	return value
}
