package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/reading"
	"github.com/autoclaim/autoclaim/internal/reporting"
)

// Resolver is the root of all resolvers. It holds the use cases that they call.
type Resolver struct {
	Reading   *reading.Service
	Admin     *admin.Service
	Claiming  *claiming.Service
	Reporting *reporting.Service
	// Watch starts a watch of a tenant's changes.
	Watch func(ctx context.Context, tenant licensing.ID) (*livefeed.Watch, error)
	// Streams bounds the open subscriptions, and ends them.
	Streams *admission.Streams
	// Present gives the error that ends a subscription its code and message.
	Present graphql.ErrorPresenterFunc
	Now     func() time.Time
	// PublicPath is the prefix of paths in answers, such as /autoclaim; "" if there is none.
	PublicPath string
}

// NewExecutableSchema returns the schema with its resolvers. Serve it with the extension of [Resolver.Extension].
func NewExecutableSchema(r *Resolver) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: r})
}

// Schema returns the schema without resolvers, for validation.
func Schema() *ast.Schema { return NewExecutableSchema(nil).Schema() }

type queryResolver struct{ *Resolver }

// Query implements [generated.ResolverRoot].
func (r *Resolver) Query() generated.QueryResolver { return queryResolver{r} }

type mutationResolver struct{ *Resolver }

// Mutation implements [generated.ResolverRoot].
func (r *Resolver) Mutation() generated.MutationResolver { return mutationResolver{r} }

type subscriptionResolver struct{ *Resolver }

// Subscription implements [generated.ResolverRoot].
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscriptionResolver{r} }
