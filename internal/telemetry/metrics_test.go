package telemetry

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestFailedClaimsAreCountedByTheirReason(t *testing.T) {
	t.Parallel()

	m := NewMetrics(buildinfo.Build{})

	for reason, err := range map[string]error{
		"REFUSED":    licensing.Refuse(licensing.CodeNotFound, "app", "no such app"),
		"OVERLOADED": claiming.ErrOverloaded,
		"CANCELED":   context.Canceled,
		"FAILED":     context.DeadlineExceeded,
	} {
		m.claimAnswered("", err, false, time.Second)
		assert.InDelta(t, 1, testutil.ToFloat64(m.claims.WithLabelValues(reason)), 0, reason)
	}

	assert.Zero(t, testutil.CollectAndCount(m.claimSeconds), "only successful claims have a duration")
}

func TestRequestsCannotAddSeries(t *testing.T) {
	t.Parallel()

	m := NewMetrics(buildinfo.Build{})
	before := testutil.CollectAndCount(m.requests)

	for _, r := range []server.Request{
		{Pattern: "/", Method: "BREW"}, {Pattern: "", Method: "PROPFIND"}, {Pattern: "/", Method: "x-1"},
	} {
		r.Status = http.StatusNotFound
		m.requestServed(r)
	}

	assert.Equal(t, 1, testutil.CollectAndCount(m.requests)-before)
	assert.Equal(t, "/reports/claims.csv", routeOf("GET /reports/claims.csv"))
	assert.Equal(t, "/", routeOf("GET /{$}"))

	m.requestServed(server.Request{Pattern: "/graphql", Method: http.MethodGet, Status: http.StatusOK, Stream: true, Took: time.Hour})
	assert.Equal(t, 1, testutil.CollectAndCount(m.requestSeconds), "the client decides how long a stream lasts")
}

func TestResponsesAreCountedByTheCodeOfTheirFirstError(t *testing.T) {
	t.Parallel()

	m := NewMetrics(buildinfo.Build{})
	respond := func(errs ...*gqlerror.Error) {
		operations{metrics: m}.InterceptResponse(t.Context(), func(context.Context) *graphql.Response {
			return &graphql.Response{Errors: errs}
		})
	}

	respond()
	respond(&gqlerror.Error{Extensions: map[string]any{"code": "FORBIDDEN"}}, &gqlerror.Error{})
	respond(&gqlerror.Error{})

	for code, times := range map[string]float64{"OK": 1, "FORBIDDEN": 1, "other": 1} {
		assert.InDelta(t, times, testutil.ToFloat64(m.responses.WithLabelValues("none", code)), 0, code)
	}
}

func TestMetricsAreServedWhileTheDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()

	db, err := store.Open(t.Context(), storetest.SQLite(t))
	require.NoError(t, err)

	var log bytes.Buffer

	m := NewMetrics(buildinfo.Build{})
	m.WatchDatabase(db, nil, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, db.Close())

	recorder := httptest.NewRecorder()
	m.Handler(storetest.Logger()).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, Path, http.NoBody))

	body, err := io.ReadAll(recorder.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, recorder.Code)
	assert.Contains(t, string(body), "autoclaim_supply_read_failures_total 1\n")
	assert.Contains(t, string(body), "autoclaim_claims_total")
	assert.NotContains(t, string(body), "\nautoclaim_policies{", "unknown values are omitted")
	assert.Contains(t, log.String(), "could not be read")
}
