package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// spans are what a collector of traces received. It is safe for concurrent use.
type spans struct {
	mu       sync.Mutex
	all      []*trace.Span
	services map[string]bool // The versions of the services that sent them.
}

// collect starts a collector and returns its URL.
func (s *spans) collect(t *testing.T) string {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var sent collector.ExportTraceServiceRequest

		body, err := io.ReadAll(r.Body)
		if assert.NoError(t, err) {
			assert.NoError(t, proto.Unmarshal(body, &sent))
		}

		s.mu.Lock()
		defer s.mu.Unlock()

		for _, resource := range sent.GetResourceSpans() {
			for _, attribute := range resource.GetResource().GetAttributes() {
				if attribute.GetKey() == "service.version" {
					s.services[attribute.GetValue().GetStringValue()] = true
				}
			}

			for _, scope := range resource.GetScopeSpans() {
				s.all = append(s.all, scope.GetSpans()...)
			}
		}
	}))
	t.Cleanup(server.Close)

	return server.URL
}

// versions returns the versions of the services that sent spans, sorted.
func (s *spans) versions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return slices.Sorted(maps.Keys(s.services))
}

// of are the spans of a trace, by the id of their parent.
func (s *spans) of(traceID string) map[string][]*trace.Span {
	s.mu.Lock()
	defer s.mu.Unlock()

	children := make(map[string][]*trace.Span)

	for _, span := range s.all {
		if hex.EncodeToString(span.GetTraceId()) == traceID {
			parent := hex.EncodeToString(span.GetParentSpanId())
			children[parent] = append(children[parent], span)
		}
	}

	return children
}

// observedServer is a server that is looked at in every way.
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
		cmd.Args = append(cmd.Args, "--metrics-listen=127.0.0.1:0", "--metrics-tenants="+demoTenant)
		cmd.Env = append(cmd.Env, "OTEL_EXPORTER_OTLP_ENDPOINT="+endpoint, "AUTOCLAIM_LOG_FORMAT=json", "AUTOCLAIM_LOG_LEVEL=debug")
		cmd.Stderr = log
	})

	showing := o.line("showing metrics", "")
	require.NotNil(t, showing)

	o.metrics = fmt.Sprintf("http://%v%v", showing["address"], showing["path"])

	return o
}

// end stops the server, which sends its last spans first.
func (o *observedServer) end() {
	o.t.Helper()

	require.NoError(o.t, o.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(o.t, o.cmd.Wait())
}

// line is the log line of the message, and of the request if it names one; nil if there is none.
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

// claim sends a claim with an id and within a trace of its own, which it returns.
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

// figure is the value of a metric, or the count of a histogram, whose labels are given; -1 if there is none.
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

func TestAServerIsSeenFromOutside(t *testing.T) {
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

			t.Run("its metrics say what happened", func(t *testing.T) { o.requireMetrics(t) })
			t.Run("callers of the API do not see its metrics", func(t *testing.T) {
				response, err := http.Get(o.url + "/metrics")
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				assert.Equal(t, http.StatusNotFound, response.StatusCode)
			})

			o.end()
			t.Run("its log leads from a request to the row", func(t *testing.T) { o.requireLog(t, url, claimed) })
			t.Run("its spans lead from a request to the statements", func(t *testing.T) { o.requireSpans(t, claimed, again) })
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
		assert.InDelta(t, expected.value, o.figure(expected.name, expected.labels...), 0, "%s%v", expected.name, expected.labels)
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

	// From the line's ids to the rows that the claim made.
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

	known := o.line("claim", "second-sign-in")
	assert.Equal(t, "DEBUG", known["level"], "what changes nothing is not worth a line by default")
	assert.Equal(t, claim["license"], known["license"])

	denied := o.line("claim", "too-late")
	assert.Equal(t, "INFO", denied["level"])
	assert.Equal(t, "OUT_OF_LICENSES", denied["outcome"])
	assert.Nil(t, denied["license"])

	raw, err := os.ReadFile(o.log)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "somebody@example.com", "logs name no people")
}

func (o *observedServer) requireSpans(t *testing.T, claimed, again string) {
	t.Helper()

	// The traces of a claim that was given something, and of one that was not, from the caller's span down.
	const callers = "00f067aa0ba902b7"

	first, second := pathsOf(o.spans.of(claimed), callers, ""), pathsOf(o.spans.of(again), callers, "")
	operation := " > POST /graphql > GraphQL mutation"

	assert.Contains(t, first, operation)
	assert.True(t, leadsToSQL(first, operation+" > batch of lookups"), first)
	assert.True(t, leadsToSQL(first, operation+" > batch of claims"), first)
	assert.True(t, leadsToSQL(second, operation+" > batch of lookups"), second)
	assert.NotContains(t, strings.Join(second, "\n"), "batch of claims", "who has a license takes no part in a batch")

	o.spans.mu.Lock()
	defer o.spans.mu.Unlock()

	for _, span := range o.spans.all {
		assert.NotContains(t, span.String(), "somebody@example.com", "spans name no people")
		assert.NotContains(t, span.String(), o.tokens["demo-sign-in"])
	}
}

func leadsToSQL(paths []string, from string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return strings.HasPrefix(path, from+" > ") && strings.HasSuffix(path, " > SQL")
	})
}

// pathsOf are the names of the spans below a parent, each after those above it; statements are called SQL.
func pathsOf(children map[string][]*trace.Span, parent, above string) []string {
	var paths []string

	for _, span := range children[parent] {
		name := span.GetName()

		for _, attribute := range span.GetAttributes() {
			if attribute.GetKey() == "db.query.text" {
				name = "SQL"
			}
		}

		path := above + " > " + name
		paths = append(append(paths, path), pathsOf(children, hex.EncodeToString(span.GetSpanId()), path)...)
	}

	return paths
}
