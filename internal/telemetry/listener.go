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
	// scrapeTimeout is the time limit for reading a request and for writing its response.
	scrapeTimeout = 10 * time.Second
	// maxScrapes is the maximum number of concurrent scrapes. More get status 503.
	maxScrapes = 4
	// closeTimeout is the time that running scrapes have to finish at shutdown.
	closeTimeout = time.Second
)

// Path is the URL path of the metrics.
const Path = "/metrics"

// Handler returns a handler that serves the metrics at [Path] in Prometheus format.
func (m *Metrics) Handler(logger *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+Path, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: maxScrapes,
	}))

	return mux
}

// Serve serves the metrics to every client of the listener until stop is called. The listener must not be that of the
// API, since callers of the API may not read metrics.
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
			_ = server.Close() // End scrapes that hang.
		}

		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve metrics: %w", err)
		}

		return nil
	}
}
