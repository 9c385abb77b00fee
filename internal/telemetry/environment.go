package telemetry

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// checkEnvironment refuses values of OpenTelemetry's environment variables that make no sense. The SDK itself uses
// defaults instead, and writes some of the values to standard error, even headers, which hold secrets.
func checkEnvironment() error {
	for _, variable := range []struct {
		check func(value string) error
		names []string
	}{
		{oneOf("otlp", "none"), []string{"OTEL_TRACES_EXPORTER"}},
		{oneOf("true", "false"), []string{"OTEL_SDK_DISABLED"}},
		{checkEndpoint, ofTraces("ENDPOINT")},
		{oneOf("http/protobuf", "grpc"), ofTraces("PROTOCOL")},
		{oneOf("gzip", "none"), ofTraces("COMPRESSION")},
		{oneOf("true", "false"), ofTraces("INSECURE")},
		{wholeNumber(1, maxMilliseconds), ofTraces("TIMEOUT")},
		{checkReadable, slices.Concat(ofTraces("CERTIFICATE"), ofTraces("CLIENT_CERTIFICATE"), ofTraces("CLIENT_KEY"))},
		{checkHeaders, ofTraces("HEADERS")},
		{oneOf(
			"always_on", "always_off", "traceidratio",
			"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
		), []string{"OTEL_TRACES_SAMPLER"}},
		{checkRatio, []string{"OTEL_TRACES_SAMPLER_ARG"}},
		{wholeNumber(1, maxMilliseconds), []string{"OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT"}},
		{wholeNumber(1, maxSpans), []string{"OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"}},
	} {
		for _, name := range variable.names {
			// An empty variable is like one that is not set, as OpenTelemetry specifies.
			value := strings.TrimSpace(os.Getenv(name))
			if value == "" {
				continue
			}

			if err := variable.check(value); err != nil {
				return fmt.Errorf("the environment variable %s: %w", name, err)
			}
		}
	}

	if os.Getenv("OTEL_TRACES_EXPORTER") == "otlp" && endpoint() == "" {
		return errors.New("OTEL_TRACES_EXPORTER is otlp, but OTEL_EXPORTER_OTLP_ENDPOINT is not set: set it to the collector's URL, or OTEL_TRACES_EXPORTER to none")
	}

	return nil
}

const (
	maxMilliseconds = 3_600_000
	maxSpans        = 1_000_000
)

// ofTraces returns the two variables of a setting of the exporter.
func ofTraces(setting string) []string {
	return []string{"OTEL_EXPORTER_OTLP_" + setting, "OTEL_EXPORTER_OTLP_TRACES_" + setting}
}

// endpoint returns the collector's URL, or "" if there is none.
func endpoint() string {
	return strings.TrimSpace(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") + os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
}

func oneOf(words ...string) func(string) error {
	return func(value string) error {
		if !slices.Contains(words, strings.ToLower(value)) {
			return fmt.Errorf("%q: use one of %s", value, strings.Join(words, ", "))
		}

		return nil
	}
}

func wholeNumber(least, most int) func(string) error {
	return func(value string) error {
		if number, err := strconv.Atoi(value); err != nil || number < least || number > most {
			return fmt.Errorf("%q: use a whole number from %d to %d", value, least, most)
		}

		return nil
	}
}

func checkRatio(value string) error {
	if ratio, err := strconv.ParseFloat(value, 64); err != nil || !(ratio >= 0 && ratio <= 1) { // NaN is refused too.
		return fmt.Errorf("%q: use a number from 0 to 1", value)
	}

	return nil
}

func checkEndpoint(value string) error {
	address, err := url.Parse(value)

	switch {
	case err == nil && address.User != nil:
		return errors.New("leave out user and password, and give them in OTEL_EXPORTER_OTLP_HEADERS")
	case err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Hostname() == "":
		return errors.New("use the collector's URL, such as http://127.0.0.1:4318")
	}

	return nil
}

func checkReadable(value string) error {
	file, err := os.Open(value) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("name a file that this user can read: %w", err)
	}

	return file.Close()
}

// checkHeaders checks NAME=VALUE pairs. Its error has no part of them.
func checkHeaders(value string) error {
	for header := range strings.SplitSeq(value, ",") {
		name, text, ok := strings.Cut(header, "=")
		_, err := url.PathUnescape(text)

		if !ok || err != nil || strings.TrimSpace(name) == "" || strings.ContainsAny(strings.TrimSpace(name), " \t:") {
			return errors.New("write headers as NAME=VALUE,NAME=VALUE, with other characters of a value percent-encoded")
		}
	}

	return nil
}
