package telemetry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recording returns traces and what they have recorded.
func recording(t *testing.T) (*Traces, *tracetest.InMemoryExporter) {
	t.Helper()

	spans := tracetest.NewInMemoryExporter()
	traces := newTraces(sdk.NewTracerProvider(sdk.WithSyncer(spans)))
	t.Cleanup(func() { require.NoError(t, traces.Close()) })

	return traces, spans
}

func TestNothingIsObservedUnlessSomebodyLooks(t *testing.T) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		t.Setenv(name, "")
	}

	traces, err := OpenTraces(t.Context(), buildinfo.Build{}, storetest.Logger())
	require.NoError(t, err)
	require.Nil(t, traces)

	nobody := Telemetry{Traces: traces}
	assert.Nil(t, nobody.batches(claimBatches), "batches tell nobody")
	assert.Nil(t, nobody.Trace())
	assert.Nil(t, nobody.Served())
	assert.Nil(t, nobody.Extensions())
}

func TestTheEnvironmentSaysWhetherAndHowToTrace(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")

	for name, change := range map[string]struct{ variable, value string }{
		"the SDK is disabled":      {"OTEL_SDK_DISABLED", "true"},
		"traces are not wanted":    {"OTEL_TRACES_EXPORTER", "none"},
		"the protocol is not ours": {"OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon"},
	} {
		before, had := os.LookupEnv(change.variable)
		t.Setenv(change.variable, change.value)

		traces, err := OpenTraces(t.Context(), buildinfo.Build{}, storetest.Logger())
		assert.Nil(t, traces, name)
		assert.Equal(t, change.value == "carrier-pigeon", err != nil, "%s: %v", name, err)

		t.Setenv(change.variable, before)

		if !had {
			require.NoError(t, os.Unsetenv(change.variable))
		}
	}

	for _, protocol := range []string{"", "http/protobuf", "grpc"} {
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)

		traces, err := OpenTraces(t.Context(), buildinfo.Build{}, storetest.Logger())
		require.NoError(t, err, protocol)
		require.NoError(t, traces.Close(), protocol)
	}
}

func TestABatchIsOfItsFirstCallersTraceAndLinkedWithTheOthers(t *testing.T) {
	t.Parallel()

	traces, spans := recording(t)
	observer := Telemetry{Metrics: NewMetrics(buildinfo.Build{}), Traces: traces}.batches(claimBatches)

	var (
		callers  []context.Context
		requests []trace.Span
	)

	for range 3 {
		ctx, span := traces.tracer.Start(context.Background(), "request")
		callers, requests = append(callers, ctx), append(requests, span)
	}

	callers = append([]context.Context{context.Background()}, callers...) // The first is not traced.

	ctx, ended := observer(context.Background(), coalesce.Batch{Callers: callers, Waited: make([]time.Duration, 4)})
	running := trace.SpanContextFromContext(ctx)
	ended(errors.New("the database is away"))

	for _, request := range requests {
		request.End()
	}

	recorded := spans.GetSpans()
	require.Len(t, recorded, 4)

	batch := recorded[0]
	assert.Equal(t, "batch of claims", batch.Name)
	assert.Equal(t, running, batch.SpanContext, "statements are spans within it")
	assert.Equal(t, requests[0].SpanContext().SpanID(), batch.Parent.SpanID())
	assert.Equal(t, requests[0].SpanContext().TraceID(), batch.SpanContext.TraceID())
	assert.Equal(t, "the database is away", batch.Status.Description)
	require.Len(t, batch.Links, 2)

	for i, other := range recorded[2:] {
		assert.Equal(t, other.SpanContext, batch.Links[i].SpanContext)
		require.Len(t, other.Links, 1)
		assert.Equal(t, batch.SpanContext, other.Links[0].SpanContext)
	}
}

func TestStreamsAndHealthChecksHaveNoSpans(t *testing.T) {
	t.Parallel()

	traces, spans := recording(t)
	handler := traces.requests(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))

	for _, request := range []struct{ path, header, value string }{
		{"/healthz", "Accept", "*/*"},
		{"/readyz", "Accept", "*/*"},
		{"/graphql", "Upgrade", "websocket"},
		{"/graphql", "Accept", "text/event-stream"},
	} {
		r := httptest.NewRequest(http.MethodGet, request.path, http.NoBody)
		r.Header.Set(request.header, request.value)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}

	assert.Empty(t, spans.GetSpans())

	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/graphql", http.NoBody))
	assert.Len(t, spans.GetSpans(), 1)
}

func TestClaimsWithoutAnAnswerAreCountedByTheirReason(t *testing.T) {
	t.Parallel()

	m := NewMetrics(buildinfo.Build{})

	for reason, err := range map[string]error{
		"REFUSED":    licensing.Refuse(licensing.CodeNotFound, "app", "no such app"),
		"OVERLOADED": claiming.ErrOverloaded,
		"CANCELED":   context.Canceled,
		"FAILED":     context.DeadlineExceeded,
	} {
		m.claimAnswered("", err, false, time.Second)
		assert.InDelta(t, 1, testutil.ToFloat64(m.claims.WithLabelValues(reason)), 0, reason)
	}

	assert.Zero(t, testutil.CollectAndCount(m.claimSeconds), "only answers have a duration")
}

func TestNoRequestCanMakeASeriesOfItsOwn(t *testing.T) {
	t.Parallel()

	m := NewMetrics(buildinfo.Build{})
	before := testutil.CollectAndCount(m.requests)

	for _, r := range []server.Request{
		{Pattern: "/", Method: "BREW"}, {Pattern: "", Method: "PROPFIND"}, {Pattern: "/", Method: "x-1"},
	} {
		r.Status = http.StatusNotFound
		m.requestServed(r)
	}

	assert.Equal(t, 1, testutil.CollectAndCount(m.requests)-before)
	assert.Equal(t, "/reports/claims.csv", routeOf("GET /reports/claims.csv"))
	assert.Equal(t, "/", routeOf("GET /{$}"))

	m.requestServed(server.Request{Pattern: "/graphql", Method: http.MethodGet, Status: http.StatusOK, Stream: true, Took: time.Hour})
	assert.Equal(t, 1, testutil.CollectAndCount(m.requestSeconds), "how long a stream lasts is up to its client")
}

func TestResponsesAreCountedByTheCodeOfTheirFirstError(t *testing.T) {
	t.Parallel()

	m := NewMetrics(buildinfo.Build{})
	respond := func(errs ...*gqlerror.Error) {
		operations{metrics: m}.InterceptResponse(t.Context(), func(context.Context) *graphql.Response {
			return &graphql.Response{Errors: errs}
		})
	}

	respond()
	respond(&gqlerror.Error{Extensions: map[string]any{"code": "FORBIDDEN"}}, &gqlerror.Error{})
	respond(&gqlerror.Error{})

	for code, times := range map[string]float64{"OK": 1, "FORBIDDEN": 1, "other": 1} {
		assert.InDelta(t, times, testutil.ToFloat64(m.responses.WithLabelValues("none", code)), 0, code)
	}
}

func TestMetricsAreShownWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()

	db, err := store.Open(t.Context(), storetest.SQLite(t))
	require.NoError(t, err)

	var log bytes.Buffer

	m := NewMetrics(buildinfo.Build{})
	m.WatchDatabase(db, nil, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, db.Close())

	recorder := httptest.NewRecorder()
	m.Handler(storetest.Logger()).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, Path, http.NoBody))

	body, err := io.ReadAll(recorder.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, recorder.Code)
	assert.Contains(t, string(body), "autoclaim_supply_read_failures_total 1\n")
	assert.Contains(t, string(body), "autoclaim_claims_total")
	assert.NotContains(t, string(body), "\nautoclaim_policies{", "what is not known is not shown")
	assert.Contains(t, log.String(), "could not be read")
}

func TestLogLinesWithinASpanHaveItsIDs(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	traces, _ := recording(t)
	logger := slog.New(LogHandler(slog.NewTextHandler(&log, nil))).With("part", "test")

	ctx, span := traces.tracer.Start(t.Context(), "request")
	defer span.End()

	logger.InfoContext(ctx, "within")
	assert.Contains(t, log.String(), "trace_id="+span.SpanContext().TraceID().String())
	assert.Contains(t, log.String(), "span_id="+span.SpanContext().SpanID().String())

	log.Reset()
	logger.InfoContext(t.Context(), "outside")
	assert.NotContains(t, log.String(), "trace_id")
}
