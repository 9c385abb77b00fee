package store

import (
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/coalesce"
)

// Option changes how a database is opened.
type Option func(o *options)

type options struct {
	plugins []gorm.Plugin
	tracers trace.TracerProvider
	lookups coalesce.Observer
	// direct leads past a connection pooler; empty if there is none.
	direct string
}

// WithDirectURL says that the database's URL leads to a connection pooler, which lends a connection for one transaction
// at a time, and that this URL leads past it. Migrations and live changes, which need a session of their own, use it.
func WithDirectURL(url string) Option {
	return func(o *options) { o.direct = url }
}

// WithPlugin gives GORM a plugin.
func WithPlugin(plugin gorm.Plugin) Option {
	return func(o *options) { o.plugins = append(o.plugins, plugin) }
}

// WithTracing makes a span of each statement that is sent within a recorded span. The span has the statement's text but
// not its parameters, which are personal data.
func WithTracing(tracers trace.TracerProvider) Option {
	return func(o *options) { o.tracers = tracers }
}

// WithLookupObserver sets an observer of which lookups of claimants share a query.
func WithLookupObserver(observer coalesce.Observer) Option {
	return func(o *options) { o.lookups = observer }
}
