package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// scrapeTimeout bounds a scrape, from its first byte to its last.
	scrapeTimeout = 10 * time.Second
	// maxScrapes is how many may run at once; more are told to come again.
	maxScrapes = 4
	// closeTimeout is for a scrape to finish when the server ends.
	closeTimeout = time.Second
)

// Path is where a [Metrics.Serve] listener has the metrics.
const Path = "/metrics"

// Handler shows the metrics to Prometheus.
func (m *Metrics) Handler(logger *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+Path, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: maxScrapes,
	}))

	return mux
}

// Serve shows the metrics to all who can connect to the listener, until stop is called. The listener is never
// that of the API: callers of the one are not readers of the other.
func (m *Metrics) Serve(listener net.Listener, logger *slog.Logger) (stop func() error) {
	server := &http.Server{
		Handler: m.Handler(logger), ReadTimeout: scrapeTimeout, WriteTimeout: scrapeTimeout,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)

	go func() { ended <- server.Serve(listener) }()

	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()

		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close() // A scrape that hangs is cut off.
		}

		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve metrics: %w", err)
		}

		return nil
	}
}
