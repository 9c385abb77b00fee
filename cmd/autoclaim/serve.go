package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"time"

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
	Listen          string        `default:"127.0.0.1:8080" help:"The address to listen on; 127.0.0.1:8080 by default." placeholder:"HOST:PORT"`
	MaxBody         int64         `default:"1048576" help:"The largest request, in bytes."`
	RequestTimeout  time.Duration `default:"2s" help:"The time that a request gets, down to the database."`
	ShutdownTimeout time.Duration `default:"30s" help:"The time that requests in flight get to finish on SIGTERM."`

	CORSOrigin    []string `group:"Browsers" help:"Origins whose pages may call the API, such as https://admin.example.com; * is all." placeholder:"ORIGIN"`
	Introspection bool     `group:"Browsers" help:"Let clients ask for the schema, and suggest names to those who misspell one. Always so with --dev."`

	Playground bool `group:"Browsers" help:"Serve the playground. Always so with --dev."`

	Console         bool   `group:"Browsers" help:"Serve the admin console. Always so with --dev."`
	ConsoleClientID string `group:"Browsers" help:"What the console is called by the OpenID provider." name:"console-client-id" placeholder:"ID"`
	ConsoleScope    string `default:"openid profile offline_access" group:"Browsers" help:"The scopes that the console asks the provider for; its tokens must be meant for the --audience."`

	MaxTokens        int     `default:"1000" group:"Limits" help:"The words and signs that an operation's text may have."`
	MaxDepth         int     `default:"15" group:"Limits" help:"The fields that may lie within each other."`
	MaxCost          int     `default:"50000" group:"Limits" help:"The objects that an operation may lead to, by the sizes of its pages."`
	MaxAliases       int     `default:"50" group:"Limits" help:"The aliases that an operation may have."`
	MaxDirectives    int     `default:"50" group:"Limits" help:"The directives that an operation may have."`
	MaxInFlight      int     `default:"2048" group:"Limits" help:"The requests that are worked on at once, a quarter of them for one principal; 0 for any number."`
	MaxConnections   int     `default:"10000" group:"Limits" help:"The clients that may be connected at once."`
	MaxStreams       int     `default:"20" group:"Limits" help:"The subscriptions that one principal may have open at once."`
	RateLimit        float64 `default:"50" group:"Limits" help:"The requests that one principal may send in a second; 0 for any number."`
	SignInRateLimit  float64 `default:"0" group:"Limits" help:"The requests that one sign-in service may send in a second; 0 for any number."`
	TrustedDocuments string  `group:"Limits" help:"A JSON file of operations by their SHA-256, as code generators write it: the server runs no others." placeholder:"FILE" type:"existingfile"`

	Issuer      string            `group:"Sign-in" help:"The OpenID provider whose tokens are accepted." placeholder:"URL"`
	Audience    string            `group:"Sign-in" help:"The audience that tokens must be meant for."`
	TenantClaim string            `default:"tid" group:"Sign-in" help:"The claim with the organization's id."`
	FixedTenant string            `group:"Sign-in" help:"The organization's id where tokens carry none: all of them are its users'."`
	UserClaim   string            `default:"sub" group:"Sign-in" help:"The claim with the user's id; oid for Entra ID."`
	RolesClaim  string            `default:"roles" group:"Sign-in" help:"The claim with the roles; realm_access.roles for Keycloak."`
	RoleMap     map[string]string `group:"Sign-in" help:"The provider's names of roles: licence-admin=GLOBAL_ADMIN;helpdesk=GLOBAL_READER." placeholder:"NAME=ROLE"`
	ClockSkew   time.Duration     `default:"1m" group:"Sign-in" help:"By how much clocks may differ."`

	metricsFlags `embed:""`

	Dev    bool   `group:"Development" help:"Serve a demo tenant to this machine alone, with a playground, and print tokens."`
	DevKey string `default:"autoclaim-dev-key.json" group:"Development" help:"The file with the key that signs development tokens."`
}

// Validate implements kong's check of the command line.
func (c serveCommand) Validate() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}

	switch ip := net.ParseIP(host); {
	case c.Dev && c.Issuer != "":
		return errors.New("--dev and --issuer exclude each other: development tokens are not for real use")
	case c.Dev && host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return errors.New("--dev listens on loopback only, since anybody may have its tokens: use --listen 127.0.0.1:8080")
	case !c.Dev && c.Console && c.ConsoleClientID == "":
		return errors.New("--console needs --console-client-id: register the console with your OpenID provider, as a public client")
	case c.Console && c.TrustedDocuments != "":
		return errors.New("--console and --trusted-documents exclude each other: the console sends operations of its own. Run it on another server")
	case !c.Dev && (c.Issuer == "" || c.Audience == ""):
		return errors.New("--issuer and --audience are missing: name the OpenID provider of your users, or use --dev to try Autoclaim out")
	}

	return c.validate()
}

// Run serves until the process is told to end.
func (c serveCommand) Run(e *environment) error {
	return c.observed(e, func() error { return c.run(e) })
}

func (c serveCommand) run(e *environment) error {
	if c.Dev {
		return e.withDatabase(c.serveDemo(e))
	}

	return e.withStore(func(ctx context.Context, db *store.Store) error {
		verifier, err := auth.NewOIDC(ctx, auth.Config{
			Issuer: c.Issuer, Audience: c.Audience, TenantClaim: c.TenantClaim, FixedTenant: c.FixedTenant,
			UserClaim: c.UserClaim, RolesClaim: c.RolesClaim, RoleMapping: c.RoleMap, ClockSkew: c.ClockSkew,
		})
		if err != nil {
			return err
		}

		listener, err := c.listen(ctx)
		if err != nil {
			return err
		}

		pages, err := c.pages(ctx)
		if err != nil {
			return err
		}

		return c.serve(ctx, e, db, verifier, pages, listener)
	})
}

func (c serveCommand) listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (see --listen): %w", c.Listen, err)
	}

	return listener, nil
}

// serve wires the server up and runs it. Claims that wait when it ends are answered first.
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

	authenticate := server.Authenticator(verifier, db)
	api := server.NewAPI(server.APIConfig{
		Store: db, Admin: admin.New(db, time.Now), Claiming: claims, Reporting: reporting.New(db, time.Now),
		Logger: e.logger, Now: time.Now, Authenticate: authenticate, AllowedOrigins: c.CORSOrigin,
		Introspection: c.Introspection || c.Dev, Documents: documents, Extensions: e.telemetry.Extensions(),
		RateLimit:   admission.RateLimit{PerSecond: c.RateLimit, SignInPerSecond: c.SignInRateLimit},
		MaxInFlight: c.MaxInFlight,
		Limits: admission.OperationLimits{
			Tokens: c.MaxTokens, Depth: c.MaxDepth, Cost: c.MaxCost, Aliases: c.MaxAliases, Directives: c.MaxDirectives,
			Streams: c.MaxStreams, Timeout: c.RequestTimeout,
		},
	})

	tuneMemory()

	serving := server.New(server.Config{
		GraphQL:         api.GraphQL,
		ClaimsCSV:       api.ClaimsCSV,
		Pages:           pages,
		Authenticate:    authenticate,
		EndStreams:      api.EndStreams,
		AllowedOrigins:  c.CORSOrigin,
		Ready:           db.Ping,
		Logger:          e.logger,
		Trace:           e.telemetry.Trace(),
		Served:          e.telemetry.Served(),
		MaxBodyBytes:    c.MaxBody,
		MaxConnections:  c.MaxConnections,
		RequestTimeout:  c.RequestTimeout,
		ShutdownTimeout: c.ShutdownTimeout,
	})

	stop, err := c.show(ctx, e, db, verifier, api)
	if err != nil {
		return errors.Join(err, listener.Close())
	}

	e.logger.Info("serving", "address", listener.Addr().String(), "version", e.build.Version)

	return errors.Join(serving.Run(ctx, listener), stop())
}

// tuneMemory collects garbage less often than Go does by itself, as long as there is little of it: requests
// leave much behind, and what stays is small. The environment's GOGC and GOMEMLIMIT go first.
func tuneMemory() {
	const (
		percent = 400
		limit   = 192 << 20
	)

	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}

	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}

func (c serveCommand) trustedDocuments() (graphhttp.TrustedDocuments, error) {
	if c.TrustedDocuments == "" {
		return nil, nil
	}

	file, err := os.Open(c.TrustedDocuments)
	if err != nil {
		return nil, fmt.Errorf("--trusted-documents: %w", err)
	}

	defer func() { _ = file.Close() }() // It was only read.

	documents, err := graphhttp.ReadTrustedDocuments(file, graph.Schema())
	if err != nil {
		return nil, fmt.Errorf("--trusted-documents %s: %w", c.TrustedDocuments, err)
	}

	return documents, nil
}
