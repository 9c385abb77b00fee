package graphhttp

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

// errNoCaller means that the server passed on a request without authenticating it.
var errNoCaller = errors.New("the request has no caller")

// authorization checks each operation against the table of permissions before any of its resolvers runs.
type authorization struct {
	permissions auth.Permissions
	// introspection lets all callers query the schema.
	introspection bool
}

// ExtensionName implements [graphql.HandlerExtension].
func (authorization) ExtensionName() string { return "Authorization" }

// Validate implements [graphql.HandlerExtension].
func (authorization) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (a authorization) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	caller, ok := auth.CallerFrom(ctx)
	if !ok {
		return gqlerror.Wrap(errNoCaller)
	}

	walk := permissionWalk{
		authorization: a, roles: caller.Roles, hint: caller.RoleHint(), seen: make(map[*ast.FragmentDefinition]bool),
	}

	return walk.check(op.Operation.SelectionSet)
}

// permissionWalk checks every field of an operation. It checks each fragment once, since nested fragments can be
// spread exponentially many times.
type permissionWalk struct {
	authorization

	roles auth.Roles
	hint  string
	seen  map[*ast.FragmentDefinition]bool
}

func (w permissionWalk) check(selections ast.SelectionSet) *gqlerror.Error {
	for _, selection := range selections {
		var nested ast.SelectionSet

		switch selection := selection.(type) {
		case *ast.Field:
			if !w.introspection && (selection.Name == "__schema" || selection.Name == "__type") {
				return apierror.Forbidden("Introspection is off on this server. Read its schema in schema.graphqls.")
			}

			if !w.permissions.Allowed(w.roles, selection.ObjectDefinition.Name, selection.Name) {
				return apierror.Forbidden("Your roles do not let you use %s.%s.%s",
					selection.ObjectDefinition.Name, selection.Name, w.hint)
			}

			nested = selection.SelectionSet
		case *ast.InlineFragment:
			nested = selection.SelectionSet
		case *ast.FragmentSpread:
			if w.seen[selection.Definition] {
				continue
			}

			w.seen[selection.Definition] = true
			nested = selection.Definition.SelectionSet
		}

		if err := w.check(nested); err != nil {
			return err
		}
	}

	return nil
}
