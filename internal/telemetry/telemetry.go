// Package telemetry has the server's metrics (Prometheus), traces (OpenTelemetry) and loggers.
//
// Other packages do not depend on it. They call the functions and observers that they are given. Without metrics and
// traces these are nil and cost nothing.
package telemetry

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Names of batches in metrics and spans.
const (
	claimBatches  = "claims"
	lookupBatches = "lookups"
)

// Telemetry is the metrics and the traces of a server. Either may be nil.
type Telemetry struct {
	Metrics *Metrics
	Traces  *Traces
}

// StoreOptions returns options that observe the database.
func (t Telemetry) StoreOptions() []store.Option {
	options := []store.Option{store.WithLookupObserver(t.batches(lookupBatches))}
	if t.Traces != nil {
		options = append(options, store.WithTracing(t.Traces.provider))
	}

	return options
}

// ClaimingOptions returns options that observe claims.
func (t Telemetry) ClaimingOptions() []claiming.Option {
	observer := claiming.Observer{Batches: t.batches(claimBatches)}
	if t.Metrics != nil {
		observer.Answered = t.Metrics.claimAnswered
	}

	return []claiming.Option{claiming.WithObserver(observer)}
}

// Extensions returns GraphQL extensions that observe operations.
func (t Telemetry) Extensions() []graphql.HandlerExtension {
	if t.Metrics == nil && t.Traces == nil {
		return nil
	}

	return []graphql.HandlerExtension{operations{metrics: t.Metrics, traces: t.Traces}}
}

// Trace returns a middleware for [server.Config].Trace, or nil.
func (t Telemetry) Trace() func(http.Handler) http.Handler {
	if t.Traces == nil {
		return nil
	}

	return t.Traces.requests
}

// Served returns a function for [server.Config].Served, or nil.
func (t Telemetry) Served() func(server.Request) {
	if t.Metrics == nil {
		return nil
	}

	return t.Metrics.requestServed
}

// batches returns an observer of batches of a name, or nil.
func (t Telemetry) batches(name string) coalesce.Observer {
	var counted, traced coalesce.Observer
	if t.Metrics != nil {
		counted = t.Metrics.batches(name)
	}

	if t.Traces != nil {
		traced = t.Traces.batches(name)
	}

	switch {
	case counted == nil:
		return traced
	case traced == nil:
		return counted
	}

	return func(ctx context.Context, batch coalesce.Batch) (context.Context, func(error)) {
		ctx, endTraced := traced(ctx, batch)
		ctx, endCounted := counted(ctx, batch)

		return ctx, func(err error) {
			endCounted(err)
			endTraced(err)
		}
	}
}
