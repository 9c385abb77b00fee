package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"github.com/alecthomas/kong"
	"go.opentelemetry.io/otel"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/graphhttp"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
)

type serveCommand struct {
	Listen          string        `kind:"address" default:"127.0.0.1:8080" help:"Address to listen on. Default: 127.0.0.1:8080." placeholder:"HOST:PORT"`
	MaxBody         int64         `range:"1024..67108864" default:"1048576" help:"Maximum size of a request body, in bytes."`
	MaxBodyMemory   int64         `range:"1048576..17179869184" default:"67108864" help:"Maximum number of bytes of all requests that have arrived and are not parsed yet."`
	RequestTimeout  time.Duration `range:"100ms..10m" default:"2s" help:"Maximum time for a query or a mutation, including its database statements."`
	ShutdownTimeout time.Duration `range:"1s..1h" default:"30s" help:"Maximum time to finish running requests after SIGTERM."`

	PublicURL      string   `kind:"public-url" group:"Proxy" help:"URL at which browsers reach this server through a proxy, such as https://example.com/autoclaim. Its path is the prefix of all paths. Default: the address of the server, without a prefix." placeholder:"URL"`
	TrustedProxies []string `kind:"network" group:"Proxy" help:"IP addresses, or ranges such as 10.0.0.0/8, of proxies. Their X-Forwarded-For or Forwarded headers say which client to log. Default: none." placeholder:"ADDRESS"`

	CORSOrigin    []string `kind:"origin" group:"Browsers" help:"Origins whose web pages may call the API, such as https://admin.example.com, or * for all. Default: none." placeholder:"ORIGIN"`
	Introspection bool     `group:"Browsers" help:"Allow introspection of the schema, and suggest field names in errors. Always on with --dev."`

	Playground bool `group:"Browsers" help:"Serve the GraphiQL playground at /playground/. Always on with --dev."`

	Console         bool   `group:"Browsers" help:"Serve the admin console at /console/. Always on with --dev."`
	ConsoleClientID string `kind:"label" group:"Browsers" help:"Client ID of the console at the OpenID provider." name:"console-client-id" placeholder:"ID"`
	ConsoleIssuer   string `kind:"issuer" group:"Browsers" help:"Issuer URL at which users of the console sign in, if it is not the --issuer." placeholder:"URL"`
	ConsoleScope    string `kind:"scopes" default:"openid profile offline_access" group:"Browsers" help:"Scopes that the console requests. They must result in access tokens for the --audience."`

	MaxText           int     `range:"1024..1048576" default:"32768" group:"Limits" help:"Maximum size of a GraphQL document, in bytes. Trusted documents may be longer."`
	MaxTokens         int     `range:"1..100000" default:"1000" group:"Limits" help:"Maximum number of lexical tokens in a GraphQL document."`
	MaxDepth          int     `range:"1..1000" default:"15" group:"Limits" help:"Maximum nesting depth of fields in an operation."`
	MaxCost           int     `range:"1..1000000000" default:"100000" group:"Limits" help:"Maximum cost of an operation: the number of objects and fields that it can read, computed from page sizes."`
	MaxResponse       int     `range:"65536..1073741824" default:"8388608" group:"Limits" help:"Maximum size of a response, in bytes, estimated from page sizes before the operation runs."`
	MaxResponseMemory int64   `range:"1048576..17179869184" default:"134217728" group:"Limits" help:"Maximum number of bytes of all responses in memory, by their estimated sizes."`
	MaxAliases        int     `range:"1..10000" default:"50" group:"Limits" help:"Maximum number of aliases in an operation."`
	MaxDirectives     int     `range:"1..10000" default:"50" group:"Limits" help:"Maximum number of directives in an operation."`
	MaxInFlight       int     `range:"0,1..1000000" default:"2048" group:"Limits" help:"Maximum number of requests processed at once, or 0 for no limit. Under load, principals and tenants share it fairly."`
	MaxConnections    int     `range:"1..1000000" default:"10000" group:"Limits" help:"Maximum number of open client connections. The server closes connections over the limit."`
	MaxScannedRows    int     `range:"1..1000000000" default:"2000000" group:"Limits" help:"Maximum number of rows that the searches and counts of an operation read. One search and one count are always allowed."`
	MaxDatabaseReads  int     `range:"0,1..1000" default:"0" group:"Limits" help:"Maximum number of reports, searches and admin changes that use the database at once, or 0 for the number of CPUs, at least 2. Sign-ins are not among them. A tenant can have half of them."`
	MaxStreams        int     `range:"1..100000" default:"20" group:"Limits" help:"Maximum number of open subscriptions per principal."`
	RateLimit         float64 `range:"0,0.01..1000000" default:"50" group:"Limits" help:"Maximum number of requests per second and principal, or 0 for no limit."`
	SignInRateLimit   float64 `range:"0,0.01..1000000" default:"0" group:"Limits" help:"Maximum number of requests per second and sign-in service, or 0 for no limit."`
	TrustedDocuments  string  `kind:"file" group:"Limits" help:"JSON file of operations, keyed by their SHA-256 hash. The server then refuses all other operations. Default: all operations are allowed." placeholder:"FILE"`

	DatabaseConnections int `range:"2..1000" default:"20" group:"Limits" help:"Maximum number of connections to PostgreSQL. Half of them are for sign-ins only. SQLite ignores it."`

	Issuer      string            `kind:"issuer" group:"Sign-in" help:"Issuer URL of the OpenID provider whose access tokens are accepted. {tenantid} in it stands for the ID of any organization." placeholder:"URL"`
	Issuers     string            `kind:"file" group:"Sign-in" help:"JSON file of several issuers, each with its tenants, in place of the other flags here. See docs/operating.md." placeholder:"FILE"`
	JWKSURL     string            `kind:"keys-url" group:"Sign-in" help:"URL of the issuer's keys. The server then does not ask the issuer for its configuration. Default: the URL in the issuer's configuration." name:"jwks-url" placeholder:"URL"`
	Audience    string            `kind:"label" group:"Sign-in" help:"Audience that access tokens must have." placeholder:"NAME"`
	TenantClaim string            `kind:"claim" default:"tid" group:"Sign-in" help:"Token claim with the organization's ID."`
	FixedTenant string            `kind:"external-id" group:"Sign-in" help:"Organization ID for all tokens, if the provider's tokens have none. Replaces --tenant-claim." placeholder:"ID"`
	UserClaim   string            `kind:"claim" default:"sub" group:"Sign-in" help:"Token claim with the user's ID. For Entra ID, use oid."`
	RolesClaim  string            `kind:"claim" default:"roles" group:"Sign-in" help:"Token claim with the roles. For Keycloak, use realm_access.roles."`
	RoleMap     map[string]string `kind:"role-map" group:"Sign-in" help:"Autoclaim roles for the provider's role names, such as license-admin=GLOBAL_ADMIN;helpdesk=GLOBAL_READER. Default: the names are the same." placeholder:"NAME=ROLE"`
	ClockSkew   time.Duration     `range:"0s..10m" default:"1m" group:"Sign-in" help:"Allowed clock skew between this server and the issuer."`

	AllowPlainHTTPKeys bool `group:"Sign-in" help:"Allow a --jwks-url that begins with http://, at private and loopback addresses only." name:"allow-plain-http-keys"`

	metricsFlags `embed:""`

	Dev    bool   `group:"Development" help:"Run a demo tenant with the console, the playground and a sign-in page, on loopback only. Prints access tokens. Do not use in production."`
	DevKey string `kind:"new-file" default:"autoclaim-dev-key.json" group:"Development" help:"File with the key that signs development tokens. It is created if it is missing."`
}

// Help implements [kong.HelpProvider].
func (serveCommand) Help() string {
	return `Serves until it gets SIGINT or SIGTERM. It then finishes running requests, and its exit status is 0. A second signal ends it
at once.

Examples:

  autoclaim serve --dev
  autoclaim serve --listen=0.0.0.0:8080 --issuer=https://login.example.com --audience=autoclaim`
}

// Validate checks which flags go together. Kong calls it after it has checked each flag.
func (c serveCommand) Validate(parsed *kong.Context) error {
	if err := c.validateSignIn(parsed); err != nil {
		return err
	}

	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w; use HOST:PORT, such as 127.0.0.1:8080", err)
	}

	switch ip := net.ParseIP(host); {
	case c.Dev && c.Issuer != "":
		return errors.New("--dev and --issuer cannot be used together: remove --dev to accept tokens of the issuer")
	case c.Dev && host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return errors.New("--dev listens on loopback only, because everyone can get its tokens: use --listen 127.0.0.1:8080")
	case !c.Dev && c.Console && c.ConsoleClientID == "":
		return errors.New("--console needs --console-client-id: register the console as a public client at your OpenID provider and give its client ID")
	case c.Console && c.TrustedDocuments != "":
		return errors.New("--console and --trusted-documents cannot be used together, because the console's operations are not in the file: run the console on another server")
	case !c.Dev && c.Issuers == "" && (c.Issuer == "" || c.Audience == ""):
		return errors.New("--issuer and --audience are required: give the OpenID provider of your users, or use --dev to try Autoclaim out")
	case c.FixedTenant != "" && isGiven(parsed, "tenant-claim"):
		return errors.New("--fixed-tenant and --tenant-claim cannot be used together: remove one of them")
	case len(c.CORSOrigin) > 1 && slices.Contains(c.CORSOrigin, "*"):
		return errors.New("--cors-origin: * allows all origins already: remove it, or remove the others")
	case c.MaxResponseMemory < int64(c.MaxResponse) || c.MaxBodyMemory < c.MaxBody:
		return errors.New("--max-response-memory and --max-body-memory are for all requests together: " +
			"raise them to at least --max-response and --max-body")
	case c.MaxStreams > c.MaxConnections:
		return fmt.Errorf("--max-streams %d is more than --max-connections %d, which counts streams too: lower it, or raise the other",
			c.MaxStreams, c.MaxConnections)
	}

	if err := c.validateDatabase(); err != nil {
		return err
	}

	return c.validate()
}

// Run serves until the environment's context is canceled.
func (c serveCommand) Run(e *environment) error {
	return c.withTelemetry(e, func() error { return c.run(e) })
}

func (c serveCommand) run(e *environment) error {
	// Libraries log by these defaults: the development provider, and OpenTelemetry.
	slog.SetDefault(e.logger)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { e.logger.Warn("OpenTelemetry failed", "error", err) }))

	e.turns = c.databaseTurns()
	e.database = []store.Option{store.WithConnections(c.DatabaseConnections), store.WithTurns(e.turns)}

	if c.Dev {
		return e.withNewStore(c.serveDemo(e))
	}

	return e.withStore(func(ctx context.Context, db *store.Store) error {
		if err := db.CheckServerRights(ctx); err != nil {
			return err
		}

		if err := c.checkTenants(ctx, db); err != nil {
			return err
		}

		verifier, err := c.openVerifier(ctx, e, db)
		if err != nil {
			return err
		}
		defer verifier.Close()

		listener, err := c.listen(ctx)
		if err != nil {
			return err
		}

		pages, err := c.pages(ctx, e)
		if err != nil {
			return err
		}

		return c.serve(ctx, e, db, verifier, pages, listener)
	})
}

// listen opens the listener of --listen.
func (c serveCommand) listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (see --listen): %w", c.Listen, err)
	}

	return listener, nil
}

// serve wires the server and runs it. Claims that are waiting at shutdown are answered before it returns.
func (c serveCommand) serve(
	ctx context.Context, e *environment, db *store.Store, verifier auth.Verifier,
	pages []server.Page, listener net.Listener,
) error {
	claims := claiming.New(db, time.Now, e.logger, e.telemetry.ClaimingOptions()...)
	defer claims.Close()

	documents, err := c.trustedDocuments()
	if err != nil {
		return err
	}

	refusals := admission.NewRefusals()
	connections := admission.NewConnections(c.MaxConnections)
	authenticate := connections.Authenticate(server.Authenticator(verifier, db, e.logger))
	api := server.NewAPI(server.APIConfig{
		Store: db, Admin: admin.New(db, time.Now), Claiming: claims, Reporting: reporting.New(db, time.Now),
		Logger: e.logger, Now: time.Now, Authenticate: authenticate, AllowedOrigins: c.socketOrigins(),
		PublicPath:    c.public().path,
		Introspection: c.Introspection || c.Dev, Documents: documents, Extensions: e.telemetry.Extensions(),
		RateLimit:   admission.RateLimit{PerSecond: c.RateLimit, SignInPerSecond: c.SignInRateLimit},
		MaxInFlight: c.MaxInFlight, MaxBodyBytes: c.MaxBody, MaxBodyMemory: c.MaxBodyMemory,
		MaxResponseMemory: c.MaxResponseMemory,
		MaxScannedRows:    c.MaxScannedRows,
		Turns:             e.turns,
		Refusals:          refusals,
		Limits: admission.OperationLimits{
			Text: c.MaxText, Response: c.MaxResponse, Tokens: c.MaxTokens, Depth: c.MaxDepth, Cost: c.MaxCost, Aliases: c.MaxAliases, Directives: c.MaxDirectives,
			Streams: c.MaxStreams, Timeout: c.RequestTimeout,
		},
	})

	tuneMemory()

	serving := server.New(server.Config{
		GraphQL:         api.GraphQL,
		ClaimsCSV:       api.ClaimsCSV,
		MissedClaimsCSV: api.MissedClaimsCSV,
		Pages:           pages,
		Authenticate:    authenticate,
		EndStreams:      api.EndStreams,
		PublicPath:      c.public().path,
		TrustedProxies:  c.trustedProxies(),
		AllowedOrigins:  c.CORSOrigin,
		Ready:           readiness(db, verifier),
		Logger:          e.logger,
		Trace:           e.telemetry.Trace(),
		Served:          e.telemetry.Served(),
		Connections:     connections,
		Refusals:        refusals,
		RequestTimeout:  c.RequestTimeout,
		ShutdownTimeout: c.ShutdownTimeout,
	})

	stop, err := c.serveMetrics(ctx, e, db, verifier, api)
	if err != nil {
		return errors.Join(err, listener.Close())
	}

	e.logger.Info("serving", "address", listener.Addr().String(), "version", e.build.Version)

	return errors.Join(serving.Run(ctx, listener), stop())
}

// trustedDocuments reads the file of --trusted-documents. Without the flag it returns nil.
func (c serveCommand) trustedDocuments() (graphhttp.TrustedDocuments, error) {
	if c.TrustedDocuments == "" {
		return nil, nil
	}

	file, err := os.Open(c.TrustedDocuments)
	if err != nil {
		return nil, fmt.Errorf("--trusted-documents: %w", err)
	}

	defer func() { _ = file.Close() }() // A file that was only read loses nothing.

	documents, err := graphhttp.ReadTrustedDocuments(file, graph.Schema())
	if err != nil {
		return nil, fmt.Errorf("--trusted-documents %s: %w", c.TrustedDocuments, err)
	}

	return documents, nil
}
