package telemetry

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// maxNameLength limits the operation name in spans, in bytes, because clients choose it.
const maxNameLength = 100

// operations counts GraphQL responses and makes spans of operations.
type operations struct {
	metrics *Metrics
	traces  *Traces
}

var _ interface {
	graphql.HandlerExtension
	graphql.ResponseInterceptor
} = operations{}

// ExtensionName implements [graphql.HandlerExtension].
func (operations) ExtensionName() string { return "Telemetry" }

// Validate implements [graphql.HandlerExtension].
func (operations) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse implements [graphql.ResponseInterceptor]. A query or a mutation runs in next. For a subscription,
// next waits for an event, so there is no span.
func (o operations) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	operation := operationOf(ctx)

	var span trace.Span
	if o.traces != nil && operation != nil && operation.Operation != ast.Subscription &&
		trace.SpanFromContext(ctx).IsRecording() {
		ctx, span = o.traces.tracer.Start(ctx, "GraphQL "+string(operation.Operation),
			trace.WithAttributes(attributesOf(operation)...))
		defer span.End()
	}

	response := next(ctx)
	if response == nil {
		return nil
	}

	code := codeOf(response)

	if o.metrics != nil {
		kind := noOperation
		if operation != nil {
			kind = string(operation.Operation)
		}

		o.metrics.responses.WithLabelValues(kind, code).Inc()
	}

	if span != nil && code != codeOK {
		span.SetStatus(codes.Error, code)
	}

	return response
}

// codeOK is the code of a response without errors.
const codeOK = "OK"

// codeOf returns the code of the first error.
func codeOf(response *graphql.Response) string {
	if len(response.Errors) == 0 {
		return codeOK
	}

	if code, ok := response.Errors[0].Extensions["code"].(string); ok {
		return code
	}

	return other
}

func operationOf(ctx context.Context) *ast.OperationDefinition {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}

	return graphql.GetOperationContext(ctx).Operation
}

// attributesOf describes an operation by its type, name and top-level fields. Its text may contain personal data, so it
// is not an attribute.
func attributesOf(operation *ast.OperationDefinition) []attribute.KeyValue {
	var fields []string

	for _, selection := range operation.SelectionSet {
		if field, ok := selection.(*ast.Field); ok {
			fields = append(fields, field.Name)
		}
	}

	attributes := []attribute.KeyValue{
		attribute.String("graphql.operation.type", string(operation.Operation)),
		attribute.StringSlice("graphql.operation.fields", fields),
	}
	if operation.Name != "" {
		name := operation.Name[:min(len(operation.Name), maxNameLength)]
		attributes = append(attributes, attribute.String("graphql.operation.name", strings.ToValidUTF8(name, "")))
	}

	return attributes
}
