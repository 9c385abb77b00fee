package telemetry

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALoggerWritesItsLevelAndAboveInItsFormat(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	logger, err := NewLogger(&log, "warn", "json")
	require.NoError(t, err)
	logger.Info("hidden")
	logger.Warn("shown")
	assert.Contains(t, log.String(), `"msg":"shown"`)
	assert.NotContains(t, log.String(), "hidden")

	_, err = NewLogger(&log, "loud", "text")
	require.ErrorContains(t, err, "use debug, info, warn or error")

	_, err = NewLogger(&log, "info", "xml")
	require.ErrorContains(t, err, "use text or json")
}

func TestLogLinesInASpanHaveItsIDs(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	traces, _ := recording(t)
	logger := slog.New(LogHandler(slog.NewTextHandler(&log, nil))).With("part", "test")

	ctx, span := traces.tracer.Start(t.Context(), "request")
	defer span.End()

	logger.InfoContext(ctx, "in a span")
	assert.Contains(t, log.String(), "trace_id="+span.SpanContext().TraceID().String())
	assert.Contains(t, log.String(), "span_id="+span.SpanContext().SpanID().String())

	log.Reset()
	logger.InfoContext(t.Context(), "in no span")
	assert.NotContains(t, log.String(), "trace_id")
}
