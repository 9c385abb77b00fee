package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// recording returns traces and the exporter that records their spans.
func recording(t *testing.T) (*Traces, *tracetest.InMemoryExporter) {
	t.Helper()

	spans := tracetest.NewInMemoryExporter()
	traces := newTraces(sdk.NewTracerProvider(sdk.WithSyncer(spans)))
	t.Cleanup(func() { require.NoError(t, traces.Close()) })

	return traces, spans
}

func TestWithoutACollectorThereAreNoTraces(t *testing.T) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		t.Setenv(name, "")
	}

	traces, err := OpenTraces(t.Context(), buildinfo.Build{}, storetest.Logger())
	require.NoError(t, err)
	require.Nil(t, traces)

	telemetry := Telemetry{Traces: traces}
	assert.Nil(t, telemetry.batches(claimBatches))
	assert.Nil(t, telemetry.Trace())
	assert.Nil(t, telemetry.Served())
	assert.Nil(t, telemetry.Extensions())
}

func TestTheEnvironmentConfiguresTraces(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")

	for name, change := range map[string]struct{ variable, value string }{
		"the SDK is disabled":     {"OTEL_SDK_DISABLED", "true"},
		"traces are turned off":   {"OTEL_TRACES_EXPORTER", "none"},
		"the protocol is unknown": {"OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon"},
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

func TestABatchIsInItsFirstCallersTraceAndLinkedToTheOthers(t *testing.T) {
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

	callers = append([]context.Context{context.Background()}, callers...) // The first caller is not traced.

	ctx, ended := observer(context.Background(), coalesce.Batch{Callers: callers, Waited: make([]time.Duration, 4)})
	running := trace.SpanContextFromContext(ctx)
	ended(errors.New("the database is unavailable"))

	for _, request := range requests {
		request.End()
	}

	recorded := spans.GetSpans()
	require.Len(t, recorded, 4)

	batch := recorded[0]
	assert.Equal(t, "batch of claims", batch.Name)
	assert.Equal(t, running, batch.SpanContext, "statements are spans in the batch's span")
	assert.Equal(t, requests[0].SpanContext().SpanID(), batch.Parent.SpanID())
	assert.Equal(t, requests[0].SpanContext().TraceID(), batch.SpanContext.TraceID())
	assert.Equal(t, "the database is unavailable", batch.Status.Description)
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
