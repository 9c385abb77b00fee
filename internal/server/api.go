package server

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/graphhttp"
	"github.com/autoclaim/autoclaim/internal/reading"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/store"
)

// defaultResponseMemory is the default of [APIConfig.MaxResponseMemory].
const defaultResponseMemory = 128 << 20

// APIConfig is what the API needs.
type APIConfig struct {
	Store     *store.Store
	Admin     *admin.Service
	Claiming  *claiming.Service
	Reporting *reporting.Service
	Logger    *slog.Logger
	Now       func() time.Time

	// Authenticate verifies the token in a WebSocket's connection_init.
	Authenticate func(ctx context.Context, token string) (auth.Caller, error)
	// AllowedOrigins are the origins whose pages may open WebSockets, in addition to the server's own.
	AllowedOrigins []string
	// PublicPath is the prefix that a proxy gives to all paths; "" if there is none.
	PublicPath string
	// WebSockets are time limits of WebSockets. Zeros are replaced by defaults.
	WebSockets graphhttp.WebSocketTimes
	// Introspection lets clients query the schema, and adds suggestions to errors about misspelled names.
	Introspection bool
	// Documents are the only operations that run, if there are any.
	Documents graphhttp.TrustedDocuments

	// Limits bound operations and subscriptions. Zeros are replaced by defaults.
	Limits admission.OperationLimits
	// MaxScannedRows bounds what the searches and counts of one operation read; zero means the default.
	MaxScannedRows int
	// RateLimit bounds requests per second. Its zeros mean no limit.
	RateLimit admission.RateLimit
	// MaxBodyBytes is the largest request body, in bytes; 1 MiB if zero.
	MaxBodyBytes int64
	// MaxBodyMemory bounds the bytes of all bodies in memory; 64 MiB if zero.
	MaxBodyMemory int64
	// MaxResponseMemory bounds the bytes of all responses in memory, by their estimated sizes; 128 MiB if zero.
	MaxResponseMemory int64
	// MaxInFlight is how many requests are processed at the same time; zero means no limit.
	MaxInFlight int

	// Turns are those of the store. Large bodies take them too; it may be nil.
	Turns *admission.DatabaseTurns

	// Refusals slows down clients that do not wait after a refusal; it may be nil.
	Refusals *admission.Refusals

	// Extensions are gqlgen extensions that observe operations.
	Extensions []graphql.HandlerExtension
}

// API holds the handlers of the API. Close it with EndStreams.
type API struct {
	// GraphQL handles [GraphQLPath], ClaimsCSV handles GET requests of [ClaimsCSVPath], and MissedClaimsCSV those of
	// [MissedClaimsCSVPath].
	GraphQL, ClaimsCSV, MissedClaimsCSV http.Handler

	streams *admission.Streams
}

// NewAPI returns the API's handlers.
func NewAPI(config APIConfig) *API {
	limits := config.Limits.WithDefaults()
	requests := admission.Requests{
		Rates: admission.NewRates(config.RateLimit), Places: admission.NewShares(int64(config.MaxInFlight)),
		Responses: admission.NewShares(cmp.Or(config.MaxResponseMemory, defaultResponseMemory)),
		Refusals:  config.Refusals,
	}
	bodies := admission.NewBodies(config.MaxBodyBytes, config.MaxBodyMemory, config.Turns)
	streams := admission.NewStreams(limits.Streams)
	present := apierror.Presenter(config.Logger)

	scans := admission.ScanLimits{Rows: config.MaxScannedRows, RowsUpTo: config.Store.RowsUpTo}.WithDefaults(config.Now)

	resolver := &graph.Resolver{
		Reading: reading.New(config.Store), Admin: config.Admin, Claiming: config.Claiming, Reporting: config.Reporting,
		Watch: config.Store.Watch, Streams: streams, Present: present, Now: config.Now,
		PublicPath: config.PublicPath,
	}

	csv := func(list string, write csvWriter) reportCSV {
		return reportCSV{
			list: list, write: write, reporting: config.Reporting, requests: requests,
			permissions: auth.NewPermissions(), present: present, logger: config.Logger,
		}
	}

	return &API{
		GraphQL: graphhttp.New(graph.NewExecutableSchema(resolver), graphhttp.Config{
			Requests: requests, Bodies: bodies, Streams: streams,
			Limits: limits, Documents: config.Documents, Introspection: config.Introspection,
			Authenticate: config.Authenticate, AllowedOrigins: config.AllowedOrigins, WebSockets: config.WebSockets,
			Present: present, Now: config.Now,
			Extensions: append([]graphql.HandlerExtension{scans, resolver.Extension()}, config.Extensions...),
		}),
		ClaimsCSV:       csv("claims", config.Reporting.WriteClaimsCSV),
		MissedClaimsCSV: csv("turned-away", config.Reporting.WriteMissedClaimsCSV),
		streams:         streams,
	}
}

// EndStreams ends all subscriptions with the code UNAVAILABLE, closes all WebSockets, and waits for them.
func (a *API) EndStreams() { a.streams.Close() }

// OpenStreams returns the number of open subscriptions.
func (a *API) OpenStreams() int { return a.streams.Count() }
