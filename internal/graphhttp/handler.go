package graphhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

// Config is how a schema is served.
type Config struct {
	// Requests decides which requests are processed: of HTTP, and of subscribe messages over WebSockets.
	Requests admission.Requests
	// Bodies bounds and reads the bodies of requests.
	Bodies *admission.Bodies
	// Streams bounds subscriptions. When it is closed, WebSockets end.
	Streams *admission.Streams
	// Limits bound operations. Zeros are replaced by defaults.
	Limits admission.OperationLimits
	// Documents are the only operations that run, if there are any.
	Documents TrustedDocuments
	// Introspection lets clients query the schema, and adds suggestions to errors about misspelled names.
	Introspection bool
	// Authenticate verifies the token in a WebSocket's connection_init. It returns a *auth.TokenError if the token
	// is not valid, auth.ErrUnknownTenant, or a *admission.Refusal. After any other error, clients should try again.
	Authenticate func(ctx context.Context, token string) (auth.Caller, error)
	// AllowedOrigins are the origins whose pages may open WebSockets, in addition to the server's own.
	AllowedOrigins []string
	// WebSockets are time limits of WebSockets. Zeros are replaced by defaults.
	WebSockets WebSocketTimes
	// Present gives each error its code and message.
	Present graphql.ErrorPresenterFunc
	Now     func() time.Time
	// Extensions are gqlgen extensions that run in addition to those of this package.
	Extensions []graphql.HandlerExtension
}

// New returns the handler of a schema. The context of each request must have a caller (see [auth.WithCaller]),
// unless the request opens a WebSocket.
func New(schema graphql.ExecutableSchema, config Config) http.Handler {
	limits := config.Limits.WithDefaults()
	server := handler.New(schema)
	prepare := &preparer{
		validator: newValidator(schema.Schema(), config.Introspection),
		documents: config.Documents, limits: limits, cache: newQueryCache(),
	}

	server.AddTransport(webSocketTransport{
		authenticate: config.Authenticate, now: config.Now, origins: config.AllowedOrigins, prepare: prepare,
		requests: config.Requests, streams: config.Streams, limit: 2 * limits.Streams, times: config.WebSockets.withDefaults(),
	})
	server.AddTransport(httpTransport{
		requests: config.Requests, bodies: config.Bodies, timeout: limits.Timeout, prepare: prepare,
	})
	server.SetQueryCache(preparedDocuments{})
	// gqlgen's executor parses nothing: preparer has done it. If a transport forgets that, its operations are refused.
	server.SetParserTokenLimit(1)
	server.SetErrorPresenter(config.Present)
	server.SetRecoverFunc(func(_ context.Context, p any) error { return apierror.Panic(p) })

	server.Use(nonNull{})
	server.Use(newExactEnums(schema.Schema()))
	server.Use(authorization{permissions: auth.NewPermissions(), introspection: config.Introspection})
	server.Use(webSocketOperations{})

	for _, extension := range config.Extensions {
		server.Use(extension)
	}

	server.Use(responseBounds{bytes: limits.Response}) // After the others, so that they see what is sent.

	if config.Introspection {
		server.Use(extension.Introspection{})
	}

	return server
}

// webSocketOperations refuses queries and mutations over WebSockets: the bounds on the time of requests do not apply
// there.
type webSocketOperations struct{}

// ExtensionName implements [graphql.HandlerExtension].
func (webSocketOperations) ExtensionName() string { return "WebSocketOperations" }

// Validate implements [graphql.HandlerExtension].
func (webSocketOperations) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (webSocketOperations) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation != ast.Subscription && isWebSocket(ctx) {
		return apierror.BadInput("Only subscriptions run over WebSockets. Send queries and mutations by POST.")
	}

	return nil
}
