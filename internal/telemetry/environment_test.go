package telemetry

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestOpenTelemetryVariablesThatMakeNoSenseAreRefused(t *testing.T) {
	for _, wrong := range []struct{ name, value, remedy string }{
		{"OTEL_TRACES_EXPORTER", "console", "otlp, none"},
		{"OTEL_TRACES_EXPORTER", "otlp,console", "otlp, none"},
		{"OTEL_TRACES_EXPORTER", "jaeger", "otlp, none"},
		{"OTEL_SDK_DISABLED", "yes", "true, false"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "http://127.0.0.1:4318"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "http://127.0.0.1:4318"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://", "http://127.0.0.1:4318"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://collector", "http://127.0.0.1:4318"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:hunter2@collector", "OTEL_EXPORTER_OTLP_HEADERS"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "http/protobuf, grpc"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zip", "gzip, none"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "whole number"},
		{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "-1", "whole number"},
		{"OTEL_EXPORTER_OTLP_INSECURE", "maybe", "true, false"},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file", "file"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "hunter2", "NAME=VALUE"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=%zzhunter2", "NAME=VALUE"},
		{"OTEL_TRACES_SAMPLER", "sometimes", "always_on"},
		{"OTEL_TRACES_SAMPLER_ARG", "2", "from 0 to 1"},
		{"OTEL_TRACES_SAMPLER_ARG", "NaN", "from 0 to 1"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "0", "whole number"},
		{"OTEL_BSP_SCHEDULE_DELAY", "5s", "whole number"},
	} {
		t.Run(wrong.name+"="+wrong.value, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			t.Setenv(wrong.name, wrong.value)

			_, err := OpenTraces(t.Context(), buildinfo.Build{}, storetest.Logger())
			require.ErrorContains(t, err, wrong.name)
			require.ErrorContains(t, err, wrong.remedy)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestTracesThatAreWantedNeedACollector(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")

	_, err := OpenTraces(t.Context(), buildinfo.Build{}, storetest.Logger())
	require.ErrorContains(t, err, "OTEL_EXPORTER_OTLP_ENDPOINT")
}
