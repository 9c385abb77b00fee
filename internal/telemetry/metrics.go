package telemetry

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
)

// Label values. No label takes its values from requests, so clients cannot add series.
const (
	// other stands for all values that are not listed.
	other = "other"
	// noOperation is the operation type of requests that failed before parsing succeeded.
	noOperation = "none"
	// refused, overloaded, canceled and failed are the outcomes of claims that ended with an error.
	refused    = "REFUSED"
	overloaded = "OVERLOADED"
	canceled   = "CANCELED"
	failed     = "FAILED"
)

// Metrics are the Prometheus metrics of one server. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	claims       *prometheus.CounterVec
	claimSeconds *prometheus.HistogramVec

	batchSize    *prometheus.HistogramVec
	batchWait    *prometheus.HistogramVec
	batchSeconds *prometheus.HistogramVec
	batchFailed  *prometheus.CounterVec

	requests       *prometheus.CounterVec
	requestSeconds *prometheus.HistogramVec
	responses      *prometheus.CounterVec
}

// durationBuckets returns buckets in seconds, from a lookup in memory to far above the request timeout.
func durationBuckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// NewMetrics returns the metrics of a server, and those of the Go runtime and the process.
func NewMetrics(build buildinfo.Build) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		claims:   counter("claims_total", "Claims by outcome. REFUSED, OVERLOADED, CANCELED and FAILED are claims that ended with an error.", "outcome"),
		claimSeconds: histogram("claim_duration_seconds", "Duration of claims, by whether one read was enough or a batch was needed.",
			durationBuckets(), "path"),
		batchSize: histogram("batch_size", "Number of requests per batch, for claims that need a license and for lookups of claimants.",
			prometheus.ExponentialBuckets(1, 2, 9), "batch"), //nolint:mnd // 1 to 256, the largest batch.
		batchWait:    histogram("batch_wait_seconds", "Time that requests waited for their batch to begin.", durationBuckets(), "batch"),
		batchSeconds: histogram("batch_duration_seconds", "Duration of batches.", durationBuckets(), "batch"),
		batchFailed:  counter("batch_failures_total", "Failed batches. All requests of a failed batch fail.", "batch"),
		requests:     counter("http_requests_total", "HTTP requests that received a response.", "route", "method", "status"),
		requestSeconds: histogram("http_request_duration_seconds", "Duration of HTTP requests, without streams.",
			durationBuckets(), "route"),
		responses: counter("graphql_responses_total",
			"GraphQL responses by operation type and by the code of the first error. Each event of a subscription is a response.",
			"type", "code"),
	}

	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Build of the program. The value is always 1.",
		ConstLabels: prometheus.Labels{"version": build.Version, "revision": build.Revision, "goversion": build.GoVersion},
	})
	info.Set(1)

	m.registry.MustRegister(m.claims, m.claimSeconds, m.batchSize, m.batchWait, m.batchSeconds, m.batchFailed,
		m.requests, m.requestSeconds, m.responses, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.initialize()

	return m
}

// initialize creates series with the value 0, so that the first event is an increase.
func (m *Metrics) initialize() {
	for _, outcome := range []licensing.Outcome{
		licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed, licensing.OutcomeAutoClaimOff, licensing.OutcomeNoPolicy,
		licensing.OutcomePolicyOff, licensing.OutcomeBlocked, licensing.OutcomeAppTurnedOff, licensing.OutcomeOutOfLicenses,
		refused, overloaded, canceled, failed,
	} {
		m.claims.WithLabelValues(string(outcome))
	}

	for _, batch := range []string{claimBatches, lookupBatches} {
		m.batchFailed.WithLabelValues(batch)
	}

	for _, code := range []string{apierror.CodeInternal, apierror.CodeUnavailable, apierror.CodeOverloaded, apierror.CodeRateLimited} {
		for _, operation := range []ast.Operation{ast.Query, ast.Mutation} {
			m.responses.WithLabelValues(string(operation), code)
		}

		m.responses.WithLabelValues(noOperation, code)
	}

	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable} {
		m.requests.WithLabelValues(server.GraphQLPath, http.MethodPost, strconv.Itoa(status))
	}
}

const namespace = "autoclaim"

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(
		prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
}

// WatchTokens adds metrics of the verifier's token cache. Call it once.
func (m *Metrics) WatchTokens(verifier auth.Verifier) {
	cache := func(result string, count func(auth.CacheStats) uint64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "token_cache_requests_total",
			Help:        "Lookups in the cache of verified tokens.",
			ConstLabels: prometheus.Labels{"result": result},
		}, func() float64 { return float64(count(verifier.CacheStats())) }))
	}
	cache("hit", func(s auth.CacheStats) uint64 { return s.Hits })
	cache("miss", func(s auth.CacheStats) uint64 { return s.Misses })
}

// WatchStreams adds a metric of the number of open subscriptions, which open returns. Call it once.
func (m *Metrics) WatchStreams(open func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "streams_open", Help: "Open subscriptions.",
	}, func() float64 { return float64(open()) }))
}

// claimAnswered counts a claim. It implements [claiming.Observer].Answered.
func (m *Metrics) claimAnswered(outcome licensing.Outcome, err error, batched bool, took time.Duration) {
	path := "lookup"
	if batched {
		path = "batch"
	}

	if err != nil {
		m.claims.WithLabelValues(failureOf(err)).Inc()

		return
	}

	m.claims.WithLabelValues(string(outcome)).Inc()
	m.claimSeconds.WithLabelValues(path).Observe(took.Seconds())
}

// failureOf returns the label of a claim's error.
func failureOf(err error) string {
	_, byRule := licensing.AsRefusal(err)

	switch {
	case byRule:
		return refused
	case errors.Is(err, claiming.ErrOverloaded):
		return overloaded
	case errors.Is(err, context.Canceled):
		return canceled
	default:
		return failed
	}
}

// batches returns an observer that counts batches of a name.
func (m *Metrics) batches(name string) coalesce.Observer {
	size, wait := m.batchSize.WithLabelValues(name), m.batchWait.WithLabelValues(name)
	seconds, failures := m.batchSeconds.WithLabelValues(name), m.batchFailed.WithLabelValues(name)

	return func(ctx context.Context, batch coalesce.Batch) (context.Context, func(error)) {
		size.Observe(float64(len(batch.Waited)))

		for _, waited := range batch.Waited {
			wait.Observe(waited.Seconds())
		}

		began := time.Now()

		return ctx, func(err error) {
			seconds.Observe(time.Since(began).Seconds())

			if err != nil {
				failures.Inc()
			}
		}
	}
}

// requestServed counts an HTTP request. It is for [server.Config].Served.
func (m *Metrics) requestServed(r server.Request) {
	route := routeOf(r.Pattern)
	m.requests.WithLabelValues(route, methodOf(r.Method), strconv.Itoa(r.Status)).Inc()

	if !r.Stream {
		m.requestSeconds.WithLabelValues(route).Observe(r.Took.Seconds())
	}
}

// routeOf returns a pattern without its method.
func routeOf(pattern string) string {
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = path
	}

	if pattern == "" || pattern == "/" { // No route, or the one that answers 404.
		return other
	}

	return strings.TrimSuffix(pattern, "{$}")
}

func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodOptions:
		return method
	default:
		return other
	}
}
