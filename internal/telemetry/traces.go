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
	// flushTimeout is for the last spans to be taken when the server ends.
	flushTimeout = 5 * time.Second
)

// Traces make spans and send them to a collector. They are safe for concurrent use.
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// OpenTraces returns the traces that OpenTelemetry's environment variables ask for, or nil if
// OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT name no collector.
func OpenTraces(ctx context.Context, build buildinfo.Build, logger *slog.Logger) (*Traces, error) {
	if !tracesWanted() {
		return nil, nil
	}

	exporter, err := openExporter(ctx)
	if err != nil {
		return nil, err
	}

	// What the environment says of the service goes before what we say.
	about, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("autoclaim"), semconv.ServiceVersion(build.Version)),
		resource.WithHost(), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("describe the service to OpenTelemetry: %w", err), exporter.Shutdown(ctx))
	}

	return newTraces(sdk.NewTracerProvider(sdk.WithBatcher(reporting{exporter, logger}), sdk.WithResource(about))), nil
}

func newTraces(provider *sdk.TracerProvider) *Traces {
	return &Traces{provider: provider, tracer: provider.Tracer(scope)}
}

func tracesWanted() bool {
	endpoint := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") + os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

	return endpoint != "" && !strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") &&
		os.Getenv("OTEL_TRACES_EXPORTER") != "none"
}

// openExporter returns the exporter of the protocol that the environment names; all else it reads itself.
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
		err = fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL %q: use http/protobuf or grpc", protocol)
	}

	if err != nil {
		return nil, fmt.Errorf("open the exporter of traces: %w", err)
	}

	return exporter, nil
}

// reporting logs what an exporter cannot send: there is nobody else to tell.
type reporting struct {
	sdk.SpanExporter

	logger *slog.Logger
}

// ExportSpans implements [sdk.SpanExporter].
func (r reporting) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := r.SpanExporter.ExportSpans(ctx, spans); err != nil {
		r.logger.Warn("spans were not sent", "spans", len(spans), "error", err)
	}

	return nil
}

// Close sends what is left.
func (t *Traces) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()

	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}

	return nil
}

// requests makes a span of each request, within its caller's trace if it names one. Streams are left out, since
// they last for hours, and so are questions of health.
func (t *Traces) requests(next http.Handler) http.Handler {
	named := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
	)(named)
}

// batches makes a span of each batch. It is a child of the first request's, so that one trace leads from there
// to the statements, and it is linked with those of all others, both ways.
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
