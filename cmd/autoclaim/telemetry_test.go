package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/demo"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// observedServer is a server with metrics, traces and a debug log.
type observedServer struct {
	*process

	spans   spans
	log     string
	metrics string
}

func observe(t *testing.T, databaseURL string) *observedServer {
	t.Helper()

	dir := t.TempDir()
	o := &observedServer{log: filepath.Join(dir, "log"), spans: spans{services: make(map[string]bool)}}
	endpoint := o.spans.collect(t)

	log, err := os.Create(o.log)
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })

	o.process = start(t, dir, databaseURL, func(cmd *exec.Cmd) {
		cmd.Args = append(cmd.Args, "--metrics-listen=127.0.0.1:0", "--metrics-tenants="+demo.TenantExternalID)
		cmd.Env = append(cmd.Env, "OTEL_EXPORTER_OTLP_ENDPOINT="+endpoint, "AUTOCLAIM_LOG_FORMAT=json", "AUTOCLAIM_LOG_LEVEL=debug")
		cmd.Stderr = log
	})

	serving := o.line("serving metrics", "")
	require.NotNil(t, serving)

	o.metrics = fmt.Sprintf("http://%v%v", serving["address"], serving["path"])

	return o
}

// end stops the server, which sends its last spans first.
func (o *observedServer) end() {
	o.t.Helper()

	require.NoError(o.t, o.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(o.t, o.cmd.Wait())
}

// line returns the log line with the message, and with the request id unless that is "", or nil.
func (o *observedServer) line(message, requestID string) map[string]any {
	o.t.Helper()

	raw, err := os.ReadFile(o.log)
	require.NoError(o.t, err)

	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var line map[string]any
		require.NoError(o.t, json.Unmarshal(lines.Bytes(), &line), "%s", lines.Text())

		if line["msg"] == message && (requestID == "" || line["request_id"] == requestID) {
			return line
		}
	}

	return nil
}

// claim sends a claim with a request id and in a new trace, and returns the id of the trace.
func (o *observedServer) claim(user, requestID string) (traceID string) {
	o.t.Helper()

	body, err := json.Marshal(map[string]string{"query": claimQuery(user)})
	require.NoError(o.t, err)

	request, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, o.url+"/graphql", bytes.NewReader(body))
	require.NoError(o.t, err)

	id := uuid.New()
	traceID = hex.EncodeToString(id[:])

	request.Header.Set("Authorization", "Bearer "+o.tokens["demo-sign-in"])
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", requestID)
	request.Header.Set("Traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")

	response, err := http.DefaultClient.Do(request)
	require.NoError(o.t, err)

	defer response.Body.Close()

	require.Equal(o.t, http.StatusOK, response.StatusCode)

	return traceID
}

// figure returns the value of a metric with the labels, or the count of a histogram, or -1 if there is none.
func (o *observedServer) figure(name string, labels ...string) float64 {
	o.t.Helper()

	response, err := http.Get(o.metrics)
	require.NoError(o.t, err)

	defer response.Body.Close()

	parser := expfmt.NewTextParser(model.UTF8Validation)

	families, err := parser.TextToMetricFamilies(response.Body)
	require.NoError(o.t, err)

	for _, metric := range families[name].GetMetric() {
		var found []string
		for _, label := range metric.GetLabel() {
			found = append(found, label.GetName()+"="+label.GetValue())
		}

		if !assert.ObjectsAreEqual(labels, found) {
			continue
		}

		switch {
		case metric.GetCounter() != nil:
			return metric.GetCounter().GetValue()
		case metric.GetHistogram() != nil:
			return float64(metric.GetHistogram().GetSampleCount())
		default:
			return metric.GetGauge().GetValue()
		}
	}

	return -1
}

// awaitFigure waits until a metric has the expected value, since the server may count a request after the client has
// read the response. It returns the last value that it saw.
func (o *observedServer) awaitFigure(expected float64, name string, labels ...string) float64 {
	o.t.Helper()

	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if found := o.figure(name, labels...); found == expected || time.Now().After(deadline) {
			return found
		}
	}
}

func TestMetricsLogsAndTracesFollowAClaimToItsRow(t *testing.T) {
	t.Parallel()

	for name, url := range map[string]string{"SQLite": storetest.SQLite(t), "PostgreSQL": storetest.Postgres(t, cluster)} {
		t.Run(name, func(t *testing.T) {
			o := observe(t, url)
			setUp(t, o.process)

			claimed := o.claim("somebody@example.com", "first-sign-in")
			again := o.claim("somebody@example.com", "second-sign-in")

			for _, pool := range []struct {
				product string
				gone    int
			}{{"SPE_E3", 59}, {"ENTERPRISEPACK", 30}, {"O365_BUSINESS_ESSENTIALS", 10}} {
				for i := range pool.gone {
					o.claim(fmt.Sprint(pool.product, i), requestIDOf(pool.product, i))
				}
			}

			o.claim("late@example.com", "too-late")

			t.Run("metrics", func(t *testing.T) { o.requireMetrics(t) })
			t.Run("no metrics at the address of the API", func(t *testing.T) {
				response, err := http.Get(o.url + "/metrics")
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				assert.Equal(t, http.StatusNotFound, response.StatusCode)
			})

			o.end()
			t.Run("log", func(t *testing.T) { o.requireLog(t, url, claimed) })
			t.Run("traces", func(t *testing.T) { o.requireSpans(t, claimed, again) })
		})
	}
}

func requestIDOf(product string, i int) string { return fmt.Sprint(strings.ToLower(product), "-", i) }

func (o *observedServer) requireMetrics(t *testing.T) {
	t.Helper()

	for _, expected := range []struct {
		value  float64
		name   string
		labels []string
	}{
		{100, "autoclaim_claims_total", []string{"outcome=CLAIMED"}},
		{1, "autoclaim_claims_total", []string{"outcome=ALREADY_LICENSED"}},
		{1, "autoclaim_claims_total", []string{"outcome=OUT_OF_LICENSES"}},
		{0, "autoclaim_claims_total", []string{"outcome=BLOCKED"}},
		{101, "autoclaim_claim_duration_seconds", []string{"path=batch"}},
		{1, "autoclaim_claim_duration_seconds", []string{"path=lookup"}},
		{101, "autoclaim_batch_size", []string{"batch=claims"}},
		{102, "autoclaim_batch_size", []string{"batch=lookups"}},
		{101, "autoclaim_batch_wait_seconds", []string{"batch=claims"}},
		{0, "autoclaim_batch_failures_total", []string{"batch=claims"}},
		{102 + 6, "autoclaim_http_requests_total", []string{"method=POST", "route=/graphql", "status=200"}},
		{102 + 5, "autoclaim_graphql_responses_total", []string{"code=OK", "type=mutation"}},
		{1, "autoclaim_graphql_responses_total", []string{"code=OK", "type=query"}},
		{2, "autoclaim_token_cache_requests_total", []string{"result=miss"}},
		{102 + 4, "autoclaim_token_cache_requests_total", []string{"result=hit"}},
		{0, "autoclaim_streams_open", nil},
		{1, "autoclaim_policies", []string{"state=out_of_licenses"}},
		{0, "autoclaim_policies", []string{"state=supplied"}},
		{3, "autoclaim_policy_pools", []string{"state=exhausted"}},
		{0, "autoclaim_license_pool_available_licenses", []string{"product=SPE_E3", "tenant=demo"}},
		{60, "autoclaim_license_pool_assigned_licenses", []string{"product=SPE_E3", "tenant=demo"}},
		{10, "autoclaim_license_pool_bought_licenses", []string{"product=VISIOCLIENT", "tenant=demo"}},
	} {
		assert.InDelta(t, expected.value, o.awaitFigure(expected.value, expected.name, expected.labels...), 0,
			"%s%v", expected.name, expected.labels)
	}
}

func (o *observedServer) requireLog(t *testing.T, databaseURL, traceID string) {
	t.Helper()

	request, claim := o.line("request", "first-sign-in"), o.line("claim", "first-sign-in")
	require.NotNil(t, claim)
	assert.Equal(t, "INFO", claim["level"])
	assert.Equal(t, "CLAIMED", claim["outcome"])
	assert.Equal(t, traceID, claim["trace_id"])
	assert.Equal(t, traceID, request["trace_id"])
	assert.InDelta(t, 1, claim["batch_size"], 0)

	// The ids in the line lead to the rows that the claim wrote.
	db := storetest.Open(t, databaseURL)
	tenant := uuid.MustParse(fmt.Sprint(claim["tenant"]))
	license := uuid.MustParse(fmt.Sprint(claim["license"]))

	rows, err := db.For(tenant).LicensesByID(t.Context(), []licensing.ID{license})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	assert.Equal(t, claim["user"], rows[0].UserID.String())
	assert.Equal(t, claim["policy"], rows[0].PolicyID.String())
	assert.Equal(t, claim["product"], rows[0].ProductID.String())

	user, err := db.For(tenant).UserByExternalID(t.Context(), "somebody@example.com")
	require.NoError(t, err)
	assert.Equal(t, claim["user"], user.ID.String())

	repeated := o.line("claim", "second-sign-in")
	assert.Equal(t, "DEBUG", repeated["level"], "a claim that changes nothing is logged at debug level only")
	assert.Equal(t, claim["license"], repeated["license"])

	turnedAway := o.line("claim", "too-late")
	assert.Equal(t, "INFO", turnedAway["level"])
	assert.Equal(t, "OUT_OF_LICENSES", turnedAway["outcome"])
	assert.Nil(t, turnedAway["license"])

	raw, err := os.ReadFile(o.log)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "somebody@example.com", "logs must not contain personal data")
}

func (o *observedServer) requireSpans(t *testing.T, claimed, again string) {
	t.Helper()

	// The first claim gave a license. The second found it. Both traces start at the caller's span.
	const callers = "00f067aa0ba902b7"

	first, second := pathsOf(o.spans.of(claimed), callers, ""), pathsOf(o.spans.of(again), callers, "")
	operation := " > POST /graphql > GraphQL mutation"

	assert.Contains(t, first, operation)
	assert.True(t, leadsToSQL(first, operation+" > batch of lookups"), first)
	assert.True(t, leadsToSQL(first, operation+" > batch of claims"), first)
	assert.True(t, leadsToSQL(second, operation+" > batch of lookups"), second)
	assert.NotContains(t, strings.Join(second, "\n"), "batch of claims", "a claim of a licensed user runs no batch")

	o.spans.mu.Lock()
	defer o.spans.mu.Unlock()

	for _, span := range o.spans.all {
		assert.NotContains(t, span.String(), "somebody@example.com", "spans must not contain personal data")
		assert.NotContains(t, span.String(), o.tokens["demo-sign-in"])
	}
}
