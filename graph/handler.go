package graph

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

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
	Now       func() time.Time
	// Authenticate verifies the token of a WebSocket, which comes later than the headers of its request.
	// It returns a *auth.TokenError for a token that is no good.
	Authenticate func(ctx context.Context, token string) (Caller, error)
	// AllowedOrigins are the origins whose pages may open WebSockets, besides the server's own.
	AllowedOrigins []string
	// Introspection lets clients ask for the schema, and suggests names where they misspell one.
	Introspection bool
	// Limits bound what one operation may ask for.
	Limits Limits
	// Documents are the only operations that are run, if there are any.
	Documents TrustedDocuments
	// Admit says whether a principal may send one more request now, or after how long; nil admits all.
	Admit func(Caller) (retryAfter time.Duration, ok bool)
	// Places are for the requests that are worked on at once; nil has no bound.
	Places *Places

	streams *streams
}

// EndStreams ends all subscriptions with an error that tells their clients to come again.
func (r *Resolver) EndStreams() { r.streams.close() }

// Handler returns the handler of GraphQL over HTTP. Its requests must carry a [Caller], unless they open a
// WebSocket. Call it once.
func (r *Resolver) Handler() http.Handler {
	limits := r.Limits.WithDefaults()
	server := handler.New(NewExecutableSchema(Config{Resolvers: r}))
	present := presentError(r.Logger)
	r.streams = newStreams(limits.Streams, r.Admit)

	server.AddTransport(overWebSocket{authenticate: r.Authenticate, now: r.Now, origins: r.AllowedOrigins})
	server.AddTransport(overHTTP{limits: limits, admit: r.Admit, places: r.Places})
	server.SetQueryCache(lru.New[*ast.QueryDocument](queryCacheSize))
	server.SetErrorPresenter(present)
	server.SetRecoverFunc(recovered)
	server.SetParserTokenLimit(limits.Tokens)
	server.SetDisableSuggestion(!r.Introspection)

	if !r.Introspection {
		server.SetValidationRulesFn(rulesWithoutSuggestions)
	}

	server.Use(r.Documents)
	server.Use(operationLimits{limits: limits})
	server.Use(authorization{permissions: auth.NewPermissions(), introspection: r.Introspection})
	server.AroundOperations(r.aroundOperation(present))

	if r.Introspection {
		server.Use(extension.Introspection{})
	}

	return server
}

// rulesWithoutSuggestions keep the names in the schema to themselves; gqlgen knows of two more of them.
func rulesWithoutSuggestions() *rules.Rules {
	set := rules.NewDefaultRules()

	for suggesting, silent := range map[string]core.Rule{
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		set.RemoveRule(suggesting)
		set.AddRule(silent.Name, silent.RuleFunc)
	}

	return set
}
