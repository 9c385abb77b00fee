package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

const (
	scope = "github.com/autoclaim/autoclaim"
	// flushTimeout is the time limit for sending the last spans at shutdown.
	flushTimeout = 5 * time.Second
)

// Traces creates spans and sends them to a collector. It is safe for concurrent use.
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// OpenTraces returns traces as OpenTelemetry's environment variables configure them. It returns nil if neither
// OTEL_EXPORTER_OTLP_ENDPOINT nor OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, or if traces are disabled. A variable that
// makes no sense is an error.
func OpenTraces(ctx context.Context, build buildinfo.Build, logger *slog.Logger) (*Traces, error) {
	if err := checkEnvironment(); err != nil {
		return nil, err
	}

	if !tracesWanted() {
		return nil, nil
	}

	exporter, err := openExporter(ctx)
	if err != nil {
		return nil, err
	}

	// Attributes from the environment come last because they take precedence.
	about, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("autoclaim"), semconv.ServiceVersion(build.Version)),
		resource.WithHost(), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create the OpenTelemetry resource: %w", err), exporter.Shutdown(ctx))
	}

	return newTraces(sdk.NewTracerProvider(sdk.WithBatcher(loggingExporter{exporter, logger}), sdk.WithResource(about))), nil
}

func newTraces(provider *sdk.TracerProvider) *Traces {
	return &Traces{provider: provider, tracer: provider.Tracer(scope)}
}

func tracesWanted() bool {
	return endpoint() != "" && !strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") &&
		!strings.EqualFold(os.Getenv("OTEL_TRACES_EXPORTER"), "none")
}

// openExporter returns an exporter for the protocol in the environment. The exporter reads its other settings from the
// environment itself.
func openExporter(ctx context.Context) (sdk.SpanExporter, error) {
	protocol := os.Getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
	if protocol == "" {
		protocol = os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL")
	}

	var (
		exporter sdk.SpanExporter
		err      error
	)

	switch protocol {
	case "", "http/protobuf":
		exporter, err = otlptracehttp.New(ctx)
	case "grpc":
		exporter, err = otlptracegrpc.New(ctx)
	default:
		err = fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q: use http/protobuf or grpc", protocol)
	}

	if err != nil {
		return nil, fmt.Errorf("open the trace exporter: %w", err)
	}

	return exporter, nil
}

// loggingExporter logs when spans cannot be sent, and hides the error from the SDK, which would print it.
type loggingExporter struct {
	sdk.SpanExporter

	logger *slog.Logger
}

// ExportSpans implements [sdk.SpanExporter].
func (e loggingExporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.logger.Warn("spans were not sent", "spans", len(spans), "error", err)
	}

	return nil
}

// Close sends the remaining spans and stops. It takes at most five seconds.
func (t *Traces) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()

	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}

	return nil
}

// requests makes a span of each request, in the caller's trace if the request has a traceparent header. Streams have no
// span because they last for hours, and health checks have none because they say nothing.
func (t *Traces) requests(next http.Handler) http.Handler {
	withRequestID := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if span := trace.SpanFromContext(r.Context()); span.IsRecording() {
			span.SetAttributes(attribute.String("autoclaim.request_id", requestid.From(r.Context())))
		}

		next.ServeHTTP(w, r)
	})

	return otelhttp.NewMiddleware("request",
		otelhttp.WithTracerProvider(t.provider), otelhttp.WithMeterProvider(noop.NewMeterProvider()),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithFilter(func(r *http.Request) bool {
			return r.URL.Path != "/healthz" && r.URL.Path != "/readyz" && r.Header.Get("Upgrade") == "" &&
				!strings.Contains(r.Header.Get("Accept"), "text/event-stream")
		}),
	)(withRequestID)
}

// batches returns an observer that makes a span of each batch. The span is a child of the first caller's span, so that
// one trace contains the request and its statements. It is linked to the spans of all other callers, and they to it.
func (t *Traces) batches(name string) coalesce.Observer {
	return func(ctx context.Context, batch coalesce.Batch) (context.Context, func(error)) {
		var callers []trace.Span

		for _, caller := range batch.Callers {
			if span := trace.SpanFromContext(caller); span.IsRecording() {
				callers = append(callers, span)
			}
		}

		if len(callers) == 0 {
			return ctx, func(error) {}
		}

		links := make([]trace.Link, 0, len(callers))
		for _, caller := range callers[1:] {
			links = append(links, trace.Link{SpanContext: caller.SpanContext()})
		}

		ctx, span := t.tracer.Start(trace.ContextWithSpan(ctx, callers[0]), "batch of "+name,
			trace.WithLinks(links...), trace.WithAttributes(attribute.Int("autoclaim.batch_size", len(batch.Callers))))

		for _, caller := range callers[1:] {
			caller.AddLink(trace.Link{SpanContext: span.SpanContext()})
		}

		return ctx, func(err error) {
			if err != nil {
				span.SetStatus(codes.Error, err.Error())
			}

			span.End()
		}
	}
}
