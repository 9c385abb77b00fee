package graphhttp

import (
	"context"
	"slices"
	"strconv"

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

	walk := nullWalk{variables: op.Variables, seen: make(map[*ast.FragmentDefinition]bool)}
	if err := walk.directives(op.Operation.Directives); err != nil {
		return err
	}

	return walk.selections(op.Operation.SelectionSet)
}

// nullWalk checks every argument of an operation. It checks each fragment once, since nested fragments can spread
// exponentially many times.
type nullWalk struct {
	variables map[string]any
	seen      map[*ast.FragmentDefinition]bool
}

func (w nullWalk) selections(selections ast.SelectionSet) *gqlerror.Error {
	for _, selection := range selections {
		if err := w.selection(selection); err != nil {
			return err
		}
	}

	return nil
}

func (w nullWalk) selection(selection ast.Selection) *gqlerror.Error {
	var (
		directives ast.DirectiveList
		nested     ast.SelectionSet
	)

	switch selection := selection.(type) {
	case *ast.Field:
		if err := w.arguments(selection.Arguments); err != nil {
			return err
		}

		directives, nested = selection.Directives, selection.SelectionSet
	case *ast.InlineFragment:
		directives, nested = selection.Directives, selection.SelectionSet
	case *ast.FragmentSpread:
		directives = selection.Directives

		if definition := selection.Definition; !w.seen[definition] {
			w.seen[definition] = true
			directives = append(slices.Clip(directives), definition.Directives...)
			nested = definition.SelectionSet
		}
	}

	if err := w.directives(directives); err != nil {
		return err
	}

	return w.selections(nested)
}

func (w nullWalk) directives(directives ast.DirectiveList) *gqlerror.Error {
	for _, directive := range directives {
		if err := w.arguments(directive.Arguments); err != nil {
			return err
		}
	}

	return nil
}

func (w nullWalk) arguments(arguments ast.ArgumentList) *gqlerror.Error {
	for _, argument := range arguments {
		if err := w.value(argument.Name, argument.Value); err != nil {
			return err
		}
	}

	return nil
}

func (w nullWalk) value(path string, value *ast.Value) *gqlerror.Error {
	if value.Kind == ast.Variable {
		given, present := w.variables[value.Raw]
		if present && given == nil && value.ExpectedType != nil && value.ExpectedType.NonNull {
			return apierror.BadInput("%s: the variable $%s is null, but this must be a %s. Give it a value, or leave it out.",
				path, apierror.Shorten(value.Raw), value.ExpectedType)
		}
	}

	for i, child := range value.Children {
		name := child.Name
		if value.Kind == ast.ListValue {
			name = strconv.Itoa(i)
		}

		if err := w.value(path+"."+name, child.Value); err != nil {
			return err
		}
	}

	return nil
}
