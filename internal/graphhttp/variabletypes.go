package graphhttp

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// nameVariables makes errors about the values of variables name the variable and the field within it, which gqlparser
// puts into the error's path. A path of a response leads to a field of the response, and there is none.
func nameVariables(errs gqlerror.List) {
	for _, err := range errs {
		if len(err.Path) < 2 || err.Path[0] != ast.PathName("variable") {
			continue
		}

		var place strings.Builder

		place.WriteString("variables")

		for _, element := range err.Path[1:] {
			fmt.Fprintf(&place, ".%v", element)
		}

		message := err.Message
		switch message {
		case "cannot be null":
			message = "it is null, but must have a value."
		case "must be defined":
			message = "it is missing. Give it a value."
		}

		err.Message, err.Path = place.String()+": "+message, nil
	}
}

// exactEnums refuses variables in which the value of an enum is not written exactly as in the schema. gqlparser ignores
// case, and gqlgen passes the text on as it is: a resolver would get a value that does not exist.
type exactEnums struct {
	schema *ast.Schema
	// with has the names of the enums, and of the input types that have one.
	with map[string]bool
}

func newExactEnums(schema *ast.Schema) exactEnums {
	e := exactEnums{schema: schema, with: make(map[string]bool)}

	for again := true; again; {
		again = false

		for name, definition := range schema.Types {
			if !e.with[name] && e.has(definition) {
				e.with[name], again = true, true
			}
		}
	}

	return e
}

func (e exactEnums) has(definition *ast.Definition) bool {
	if definition.Kind != ast.InputObject {
		return definition.Kind == ast.Enum
	}

	for _, field := range definition.Fields {
		if e.with[field.Type.Name()] {
			return true
		}
	}

	return false
}

// ExtensionName implements [graphql.HandlerExtension].
func (exactEnums) ExtensionName() string { return "ExactEnums" }

// Validate implements [graphql.HandlerExtension].
func (exactEnums) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (e exactEnums) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	for _, variable := range op.Operation.VariableDefinitions {
		if !e.with[variable.Type.Name()] {
			continue
		}

		if err := e.check(variable.Type, op.Variables[variable.Variable], func() string { return variable.Variable }); err != nil {
			return err
		}
	}

	return nil
}

// check checks a value that fits its type but for the spelling of enums. path is called only for an error.
func (e exactEnums) check(of *ast.Type, value any, path func() string) *gqlerror.Error {
	if value == nil || !e.with[of.Name()] {
		return nil
	}

	if of.Elem != nil {
		list := reflect.ValueOf(value)
		if list.Kind() != reflect.Slice {
			return e.check(of.Elem, value, path)
		}

		for i := range list.Len() {
			within := func() string { return path() + "." + strconv.Itoa(i) }
			if err := e.check(of.Elem, list.Index(i).Interface(), within); err != nil {
				return err
			}
		}

		return nil
	}

	definition := e.schema.Types[of.NamedType]

	if definition.Kind == ast.Enum {
		name := fmt.Sprint(value)
		if definition.EnumValues.ForName(name) != nil {
			return nil
		}

		return apierror.New(apierror.CodeValidationFailed, "variables.%s: %q is not a value of %s. Write it as in the schema.",
			path(), apierror.Shorten(name), definition.Name)
	}

	object, _ := value.(map[string]any)

	for _, field := range definition.Fields {
		within := func() string { return path() + "." + field.Name }
		if err := e.check(field.Type, object[field.Name], within); err != nil {
			return err
		}
	}

	return nil
}
