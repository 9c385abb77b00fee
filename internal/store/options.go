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
	turns   Turns
	// connections is the largest number of connections to PostgreSQL; 0 means the default.
	connections int
	// direct is the URL that bypasses the connection pooler; empty if there is no pooler.
	direct string
	// exists says that no database is created, and reads that nothing is written.
	exists, reads bool
}

// WithExistingFile refuses an SQLite file that does not exist or is empty. Without this option, it is created.
func WithExistingFile() Option {
	return func(o *options) { o.exists = true }
}

// ForReading is for work that only reads. It writes nothing to an SQLite file, which must exist, and the PostgreSQL server
// may be a standby.
func ForReading() Option {
	return func(o *options) { o.exists, o.reads = true, true }
}

// WithDirectURL gives the URL of the database itself, if the other URL is that of a connection pooler, which assigns
// connections to transactions. Migrations and live changes, which need a whole session, use the direct URL.
func WithDirectURL(url string) Option {
	return func(o *options) { o.direct = url }
}

// WithTurns lets turns decide when reads and admin actions may use the database. Without this option, they use it at
// once.
func WithTurns(turns Turns) Option {
	return func(o *options) { o.turns = turns }
}

// WithConnections sets how many connections to PostgreSQL the store opens at most; at least 2. Half of them are for
// sign-ins only. The default is 20. SQLite ignores it.
func WithConnections(connections int) Option {
	return func(o *options) { o.connections = connections }
}

// WithPlugin gives GORM a plugin. Only tests use it.
func WithPlugin(plugin gorm.Plugin) Option {
	return func(o *options) { o.plugins = append(o.plugins, plugin) }
}

// WithTracing makes a span of each statement that is sent within a recorded span. The span has the statement's text but
// not its parameters, which are personal data.
func WithTracing(tracers trace.TracerProvider) Option {
	return func(o *options) { o.tracers = tracers }
}

// WithLookupObserver sets an observer of the batches in which lookups of claimants share a query.
func WithLookupObserver(observer coalesce.Observer) Option {
	return func(o *options) { o.lookups = observer }
}
