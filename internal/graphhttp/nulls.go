package graphhttp

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// nonNull refuses operations in which a variable puts null in a position that does not take null.
//
// The GraphQL specification allows a nullable variable in such a position if the variable or the position has a
// default value, and makes a null in it an error at run time (section 6.4.1, Coercing Field Arguments). gqlgen passes
// the zero value to the resolver instead: false, 0 or "".
type nonNull struct{}

// ExtensionName implements [graphql.HandlerExtension].
func (nonNull) ExtensionName() string { return "NonNull" }

// Validate implements [graphql.HandlerExtension].
func (nonNull) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (nonNull) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	nulls := false
	for _, value := range op.Variables {
		nulls = nulls || value == nil
	}

	if !nulls {
		return nil
	}

	return newArgumentWalk(func(path string, value *ast.Value) *gqlerror.Error {
		if value.Kind != ast.Variable || value.ExpectedType == nil || !value.ExpectedType.NonNull {
			return nil
		}

		if given, present := op.Variables[value.Raw]; !present || given != nil {
			return nil
		}

		return apierror.BadInput("%s: the variable $%s is null, but this must be a %s. Give it a value, or leave it out.",
			path, apierror.Shorten(value.Raw), value.ExpectedType)
	}).operation(op.Operation)
}

// foundNull is the end of the message of gqlparser's rule ValuesOfCorrectType about null.
const foundNull = "found null."

// nameNulls makes errors of validation about null name the argument, the input field or the variable. gqlparser names
// their type alone.
func nameNulls(document *ast.QueryDocument, errs gqlerror.List) {
	for _, err := range errs {
		if len(err.Locations) != 1 || !strings.HasSuffix(err.Message, foundNull) {
			continue
		}

		path, null := findNull(document, err.Locations[0])
		if null == nil {
			continue
		}

		remedy := "Give it a value."
		if null.ExpectedTypeHasDefault {
			remedy = "Give it a value, or leave it out."
		}

		err.Message = path + ": it is null, but this must be a " + null.ExpectedType.String() + ". " + remedy
	}
}

// findNull returns the null at the location, with its path.
func findNull(document *ast.QueryDocument, at gqlerror.Location) (path string, null *ast.Value) {
	walk := newArgumentWalk(func(here string, value *ast.Value) *gqlerror.Error {
		position := value.Position
		if value.Kind == ast.NullValue && value.ExpectedType != nil &&
			position != nil && position.Line == at.Line && position.Column == at.Column {
			path, null = here, value
		}

		return nil
	})

	for _, operation := range document.Operations {
		for _, variable := range operation.VariableDefinitions {
			if variable.DefaultValue != nil {
				_ = walk.value("$"+variable.Variable, variable.DefaultValue)
			}
		}

		_ = walk.operation(operation)
	}

	for _, fragment := range document.Fragments {
		_ = walk.directives(fragment.Directives)
		_ = walk.selections(fragment.SelectionSet)
	}

	return path, null
}
