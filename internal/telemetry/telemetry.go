// Package telemetry is Autoclaim seen from outside: metrics for Prometheus, and traces by OpenTelemetry.
//
// What is observed knows nothing of either: it calls functions and observers that it was given, or none. So
// what nobody asked for costs nothing.
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

// The names of batches, in metrics and in spans.
const (
	claimBatches  = "claims"
	lookupBatches = "lookups"
)

// Telemetry is who looks at a server; its parts are nil where nobody does.
type Telemetry struct {
	Metrics *Metrics
	Traces  *Traces
}

// StoreOptions let the database be observed.
func (t Telemetry) StoreOptions() []store.Option {
	options := []store.Option{store.WithLookupObserver(t.batches(lookupBatches))}
	if t.Traces != nil {
		options = append(options, store.WithTracing(t.Traces.provider))
	}

	return options
}

// ClaimingOptions let claims be observed.
func (t Telemetry) ClaimingOptions() []claiming.Option {
	observer := claiming.Observer{Batches: t.batches(claimBatches)}
	if t.Metrics != nil {
		observer.Answered = t.Metrics.claimAnswered
	}

	return []claiming.Option{claiming.WithObserver(observer)}
}

// Extensions let GraphQL's operations be observed.
func (t Telemetry) Extensions() []graphql.HandlerExtension {
	if t.Metrics == nil && t.Traces == nil {
		return nil
	}

	return []graphql.HandlerExtension{operations{metrics: t.Metrics, traces: t.Traces}}
}

// Trace is for [server.Config.Trace].
func (t Telemetry) Trace() func(http.Handler) http.Handler {
	if t.Traces == nil {
		return nil
	}

	return t.Traces.requests
}

// Served is for [server.Config.Served].
func (t Telemetry) Served() func(server.Request) {
	if t.Metrics == nil {
		return nil
	}

	return t.Metrics.requestServed
}

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
		ctx, ended := traced(ctx, batch)
		ctx, stopped := counted(ctx, batch)

		return ctx, func(err error) {
			stopped(err)
			ended(err)
		}
	}
}
