package graph

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/store"
)

// queryCacheSize is how many parsed operations are kept; clients send few different ones.
const queryCacheSize = 1000

// Resolver is the root of all resolvers: the use cases that they call.
type Resolver struct {
	Store     *store.Store
	Admin     *admin.Service
	Claiming  *claiming.Service
	Reporting *reporting.Service
	Logger    *slog.Logger
	// Introspection lets clients ask for the schema.
	Introspection bool
}

// Handler returns the handler of GraphQL over HTTP. Its requests must carry a [Caller].
func (r *Resolver) Handler() http.Handler {
	server := handler.New(NewExecutableSchema(Config{Resolvers: r}))
	server.AddTransport(transport.Options{})
	server.AddTransport(transport.GET{})
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](queryCacheSize))
	server.SetErrorPresenter(presentError(r.Logger))
	server.SetRecoverFunc(recovered)
	server.SetDisableSuggestion(!r.Introspection)
	server.Use(authorization{permissions: auth.NewPermissions(), introspection: r.Introspection})
	server.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		caller, _ := callerFrom(ctx)

		return next(withScope(ctx, r.Store, caller))
	})

	if r.Introspection {
		server.Use(extension.Introspection{})
	}

	return server
}
