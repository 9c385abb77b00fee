package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/telemetry"
)

// metricsFlags are the flags of the metrics listener.
type metricsFlags struct {
	MetricsListen  string   `kind:"address" group:"Metrics" help:"Address to serve Prometheus metrics on, at /metrics, without authentication. Default: no metrics." placeholder:"HOST:PORT"`
	MetricsTenants []string `kind:"external-id" group:"Metrics" help:"External IDs of tenants whose license pools get metrics of their own, three series per product. Default: none." placeholder:"ID"`
}

func (f metricsFlags) validate() error {
	if f.MetricsListen == "" && len(f.MetricsTenants) > 0 {
		return errors.New("--metrics-tenants needs --metrics-listen: give the address to serve metrics on, such as 127.0.0.1:9464")
	}

	return nil
}

// checkTenants refuses an unknown tenant of --metrics-tenants: it would never have a metric. It replaces external IDs by
// those that are stored, which may be written in another way.
func (f metricsFlags) checkTenants(ctx context.Context, db *store.Store) error {
	for i, id := range f.MetricsTenants {
		tenant, err := db.TenantByExternalID(ctx, id)
		if licensing.IsNotFound(err) {
			return fmt.Errorf("--metrics-tenants (or AUTOCLAIM_METRICS_TENANTS): %s is no tenant's external ID: 'autoclaim tenant list' shows them", shown(id))
		}

		if err != nil {
			return fmt.Errorf("read the tenants of --metrics-tenants: %w", err)
		}

		f.MetricsTenants[i] = tenant.ExternalID
	}

	return nil
}

// withTelemetry runs work with metrics, if --metrics-listen is set, and with traces, if OpenTelemetry's environment
// variables name a collector.
func (f metricsFlags) withTelemetry(e *environment, work func() error) error {
	traces, err := telemetry.OpenTraces(e.context, e.build, e.logger)
	if err != nil {
		return err
	}

	if f.MetricsListen != "" {
		e.telemetry.Metrics = telemetry.NewMetrics(e.build)
	}

	if traces == nil {
		return work()
	}

	e.telemetry.Traces = traces
	e.logger = slog.New(telemetry.LogHandler(e.logger.Handler()))

	err = work()

	// A collector that does not take the last spans is no failure of the server.
	if lost := traces.Close(); lost != nil {
		e.logger.Warn("the last spans were not sent", "error", lost)
	}

	return err
}

// serveMetrics registers the metrics of the wired parts and serves them to Prometheus until stop is called.
func (f metricsFlags) serveMetrics(
	ctx context.Context, e *environment, db *store.Store, verifier auth.Verifier, api *server.API,
) (stop func() error, err error) {
	metrics := e.telemetry.Metrics
	if metrics == nil {
		return func() error { return nil }, nil
	}

	metrics.WatchTokens(verifier)
	metrics.WatchStreams(api.OpenStreams)
	metrics.WatchDatabase(db, f.MetricsTenants, e.logger)

	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (see --metrics-listen): %w", f.MetricsListen, err)
	}

	e.logger.Info("serving metrics", "address", listener.Addr().String(), "path", telemetry.Path)

	return metrics.Serve(listener, e.logger), nil
}
