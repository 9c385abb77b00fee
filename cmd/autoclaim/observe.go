package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/telemetry"
)

type metricsFlags struct {
	MetricsListen  string   `group:"Metrics" help:"The address to show metrics on, at /metrics, to all who can connect; none by default." placeholder:"HOST:PORT"`
	MetricsTenants []string `group:"Metrics" help:"Organizations, by the ids in their tokens, whose license pools are metrics by themselves: three series for each product." placeholder:"ID"`
}

func (f metricsFlags) validate() error {
	if f.MetricsListen == "" {
		return nil
	}

	if _, _, err := net.SplitHostPort(f.MetricsListen); err != nil {
		return fmt.Errorf("--metrics-listen: %w", err)
	}

	return nil
}

// observed runs work with what is to be seen from outside: metrics if there is a listener for them, and traces if
// OpenTelemetry's environment variables name a collector.
func (f metricsFlags) observed(e *environment, work func() error) error {
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

	// What was served was served, whether somebody takes the last spans or not.
	if lost := traces.Close(); lost != nil {
		e.logger.Warn("traces are incomplete", "error", lost)
	}

	return err
}

// show lets Prometheus read the metrics of what is wired up by now, until stop is called.
func (f metricsFlags) show(
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

	e.logger.Info("showing metrics", "address", listener.Addr().String(), "path", telemetry.Path)

	return metrics.Serve(listener, e.logger), nil
}
