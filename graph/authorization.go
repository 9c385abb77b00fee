package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// authorization checks each operation against the table of permissions before any of it runs.
type authorization struct {
	permissions auth.Permissions
	// introspection lets everybody ask for the schema.
	introspection bool
}

// ExtensionName implements [graphql.HandlerExtension].
func (authorization) ExtensionName() string { return "Authorization" }

// Validate implements [graphql.HandlerExtension].
func (authorization) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (a authorization) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	caller, ok := callerFrom(ctx)
	if !ok {
		return gqlerror.Wrap(errNoCaller)
	}

	walk := permissionWalk{
		authorization: a, roles: caller.Roles, seen: make(map[*ast.FragmentDefinition]bool),
	}

	return walk.check(op.Operation.SelectionSet)
}

// permissionWalk looks at every field of an operation. Each fragment is looked at once, however often it
// is spread: fragments within fragments can spread exponentially many times.
type permissionWalk struct {
	authorization

	roles auth.Roles
	seen  map[*ast.FragmentDefinition]bool
}

func (w permissionWalk) check(selections ast.SelectionSet) *gqlerror.Error {
	for _, selection := range selections {
		var deeper ast.SelectionSet

		switch selection := selection.(type) {
		case *ast.Field:
			if !w.introspection && (selection.Name == "__schema" || selection.Name == "__type") {
				return forbidden("Introspection is off on this server. Read its schema in schema.graphqls.")
			}

			if !w.permissions.Allowed(w.roles, selection.ObjectDefinition.Name, selection.Name) {
				return forbidden("Your roles do not let you use %s.%s.", selection.ObjectDefinition.Name, selection.Name)
			}

			deeper = selection.SelectionSet
		case *ast.InlineFragment:
			deeper = selection.SelectionSet
		case *ast.FragmentSpread:
			if w.seen[selection.Definition] {
				continue
			}

			w.seen[selection.Definition] = true
			deeper = selection.Definition.SelectionSet
		}

		if err := w.check(deeper); err != nil {
			return err
		}
	}

	return nil
}

func forbidden(format string, args ...any) *gqlerror.Error {
	return requestError(CodeForbidden, format, args...)
}
