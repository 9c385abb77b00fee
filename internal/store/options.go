package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/XSAM/otelsql"
	"github.com/exaring/otelpgx"
	"github.com/glebarez/sqlite"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	metrics "go.opentelemetry.io/otel/metric/noop"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
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
	// direct leads around a pooler; empty if there is none.
	direct string
}

// WithDirectURL says that the database's URL leads to a pooler, which lends a connection for one transaction at a
// time, and which URL leads around it. What needs a session of its own, namely migrations and live changes, uses
// that one.
func WithDirectURL(url string) Option {
	return func(o *options) { o.direct = url }
}

// WithPlugin gives GORM a plugin.
func WithPlugin(plugin gorm.Plugin) Option {
	return func(o *options) { o.plugins = append(o.plugins, plugin) }
}

// WithTracing makes a span of each statement that belongs to a span: its text, never its parameters, which
// hold people's data.
func WithTracing(tracers trace.TracerProvider) Option {
	return func(o *options) { o.tracers = tracers }
}

// WithLookupObserver lets the observer see which lookups of sign-ins are read together.
func WithLookupObserver(observer coalesce.Observer) Option {
	return func(o *options) { o.lookups = observer }
}

// postgresPool opens a pool of PostgreSQL connections. Without tracing nothing stands between it and the driver.
// Through a pooler, the next transaction may have another connection, which knows nothing of statements that were
// prepared on the last.
func (o options) postgresPool(url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}

	if o.direct != "" && o.direct != url && !strings.Contains(url, "default_query_exec_mode=") {
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}

	if o.tracers != nil {
		config.Tracer = otelpgx.NewTracer(
			otelpgx.WithTracerProvider(o.tracers), otelpgx.WithMeterProvider(metrics.NewMeterProvider()))
	}

	return stdlib.OpenDB(*config), nil
}

// sqlitePool opens a pool of connections to an SQLite file.
func (o options) sqlitePool(name string) (*sql.DB, error) {
	if o.tracers == nil {
		return sql.Open(sqlite.DriverName, name)
	}

	return otelsql.Open(sqlite.DriverName, name,
		otelsql.WithTracerProvider(o.tracers), otelsql.WithMeterProvider(metrics.NewMeterProvider()),
		otelsql.WithAttributes(semconv.DBSystemNameSQLite),
		otelsql.WithSpanOptions(otelsql.SpanOptions{
			OmitConnResetSession: true, OmitConnPrepare: true, OmitRows: true, OmitConnectorConnect: true, DisableErrSkip: true,
			SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
				return trace.SpanFromContext(ctx).IsRecording()
			},
		}))
}

// ConnectionPools are the pools of connections by what they are for. They are for their statistics alone.
func (s *Store) ConnectionPools() (map[string]*sql.DB, error) {
	write, err := s.write.DB()
	if err != nil {
		return nil, fmt.Errorf("get the connection pool: %w", err)
	}

	if s.read == s.write {
		return map[string]*sql.DB{"main": write}, nil
	}

	read, err := s.read.DB()
	if err != nil {
		return nil, fmt.Errorf("get the connection pool: %w", err)
	}

	return map[string]*sql.DB{"read": read, "write": write}, nil
}
