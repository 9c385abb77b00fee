package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// Extension returns the gqlgen extension that the resolvers need: it gives each operation its scope.
func (r *Resolver) Extension() graphql.HandlerExtension { return operations{r} }

// operations gives each operation its scope, and ends subscriptions with their error.
type operations struct{ resolver *Resolver }

// ExtensionName implements [graphql.HandlerExtension].
func (operations) ExtensionName() string { return "Scope" }

// Validate implements [graphql.HandlerExtension].
func (operations) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation implements [graphql.OperationInterceptor]. Each event of a subscription gets a new scope, since the objects that loaders have cached may have changed by the next event.
func (o operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	caller, _ := auth.CallerFrom(ctx)
	ctx = withScope(ctx, o.resolver.Reading, caller)

	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Subscription {
		return next(ctx)
	}

	end := new(streamEnd)
	responses := next(context.WithValue(ctx, streamEndKey{}, end))

	return func(ctx context.Context) *graphql.Response {
		response := responses(withScope(ctx, o.resolver.Reading, caller))
		if response != nil || ctx.Err() != nil {
			return response
		}

		if err := end.take(); err != nil {
			return &graphql.Response{Errors: gqlerror.List{o.resolver.Present(ctx, err)}}
		}

		return nil
	}
}

// streamEnd passes the error that ends a subscription from its resolver's goroutine to its last response.
type streamEnd struct {
	mu  sync.Mutex
	err error
}

type streamEndKey struct{}

func streamEndFrom(ctx context.Context) *streamEnd {
	end, _ := ctx.Value(streamEndKey{}).(*streamEnd)

	return end
}

func (s *streamEnd) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.err = err
}

// take returns the error once, and nil after that.
func (s *streamEnd) take() error {
	s.mu.Lock()
	defer s.mu.Unlock()

	err := s.err
	s.err = nil

	return err
}
