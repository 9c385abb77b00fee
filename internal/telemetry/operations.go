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

// maxNameLength keeps what a client calls its operation from filling spans.
const maxNameLength = 100

// operations see each response to an operation.
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

// InterceptResponse implements [graphql.ResponseInterceptor]. A query or a mutation runs within it; an event
// of a subscription is waited for within it, so it has no span.
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

// codeOK stands for a response without errors.
const codeOK = "OK"

// codeOf is the code of the first error: one of those that package graph has.
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

// attributesOf names an operation: by what its client calls it, and by the fields that it asks for. Its text
// may hold people's data.
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
