package telemetry

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// allMetrics returns each metric at least once.
func allMetrics(t *testing.T) []*dto.MetricFamily {
	t.Helper()

	world := storetest.NewWorld(t, storetest.Open(t, storetest.SQLite(t)))
	acme := world.NewTenant(t, "acme")
	acme.Buy(t, acme.E3, 5)

	issuer, err := auth.OpenDevIssuer(filepath.Join(t.TempDir(), "key.json"), time.Now)
	require.NoError(t, err)

	m := NewMetrics(buildinfo.Build{Version: "1.0.0", Revision: "abc"})
	m.WatchTokens(issuer.Verifier())
	m.WatchStreams(func() int { return 0 })
	m.WatchDatabase(world.Store, []string{acme.ExternalID}, storetest.Logger())

	m.claimAnswered(licensing.OutcomeClaimed, nil, true, time.Millisecond)
	m.requestServed(server.Request{Pattern: "/graphql", Method: http.MethodPost, Status: http.StatusOK})
	m.responses.WithLabelValues("mutation", codeOK).Inc()

	_, ended := m.batches(claimBatches)(context.Background(), coalesce.Batch{Waited: []time.Duration{0}})
	ended(nil)

	families, err := m.registry.Gather()
	require.NoError(t, err)

	return families
}

// series returns the labels of each series, by the name that a query uses.
func series(families []*dto.MetricFamily) map[string][]string {
	known := map[string][]string{"up": {"job", "instance"}}

	for _, family := range families {
		labels := []string{"job", "instance"}
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}

		if family.GetType() != dto.MetricType_HISTOGRAM {
			known[family.GetName()] = labels

			continue
		}

		known[family.GetName()+"_bucket"] = append(labels, "le")
		known[family.GetName()+"_sum"], known[family.GetName()+"_count"] = labels, labels
	}

	return known
}

var (
	selector = regexp.MustCompile(`\b((?:autoclaim|go|process)_\w+|up)\b(?:\{([^}]*)\})?`)
	matcher  = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)
)

// requireKnown fails the test if the query has an unknown series or label.
func requireKnown(t *testing.T, known map[string][]string, query string) {
	t.Helper()

	found := selector.FindAllStringSubmatch(query, -1)
	require.NotEmpty(t, found, query)

	for _, match := range found {
		labels, ok := known[match[1]]
		require.True(t, ok, "%s: unknown metric %s", query, match[1])

		for _, label := range matcher.FindAllStringSubmatch(match[2], -1) {
			assert.Contains(t, labels, label[1], "%s: %s has no label with that name", query, match[1])
		}
	}
}

// repositoryFile returns a file of this repository.
func repositoryFile(t *testing.T, elements ...string) []byte {
	t.Helper()

	raw, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, elements...)...))
	require.NoError(t, err)

	return raw
}

func TestTheDashboardUsesExistingMetrics(t *testing.T) {
	t.Parallel()

	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct{ Query json.RawMessage }
		}
	}
	require.NoError(t, json.Unmarshal(repositoryFile(t, "deploy", "grafana", "autoclaim.json"), &dashboard))

	known := series(allMetrics(t))

	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			requireKnown(t, known, target.Expr)
		}
	}

	for _, variable := range dashboard.Templating.List {
		if text := string(variable.Query); strings.Contains(text, "label_values") {
			requireKnown(t, known, strings.ReplaceAll(text, `\"`, `"`))
		}
	}
}

type alert struct {
	Alert       string
	Expr        string
	Annotations struct{ Summary, Runbook string }
}

func alerts(t *testing.T) []alert {
	t.Helper()

	var rules struct{ Groups []struct{ Rules []alert } }
	require.NoError(t, yaml.Unmarshal(repositoryFile(t, "deploy", "prometheus", "alerts.yml"), &rules))
	require.Len(t, rules.Groups, 1)

	return rules.Groups[0].Rules
}

func TestAlertsUseExistingMetrics(t *testing.T) {
	t.Parallel()

	known := series(allMetrics(t))
	for _, alert := range alerts(t) {
		requireKnown(t, known, alert.Expr)
	}
}

func TestEachAlertHasASectionInTheRunbook(t *testing.T) {
	t.Parallel()

	var sections, expected []string
	for _, heading := range regexp.MustCompile(`(?m)^### (Autoclaim\w+)$`).FindAllSubmatch(repositoryFile(t, "docs", "operations.md"), -1) {
		sections = append(sections, string(heading[1]))
	}

	for _, alert := range alerts(t) {
		expected = append(expected, alert.Alert)
		assert.Equal(t, "docs/operations.md#"+strings.ToLower(alert.Alert), alert.Annotations.Runbook)
		assert.NotEmpty(t, alert.Annotations.Summary, alert.Alert)
	}

	assert.Equal(t, expected, sections, "the sections must be in the order of the rules")
}

func TestEachMetricIsInTheRunbookAndFollowsPrometheusConventions(t *testing.T) {
	t.Parallel()

	families := allMetrics(t)
	runbook := string(repositoryFile(t, "docs", "operations.md"))

	families = slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return !strings.HasPrefix(f.GetName(), namespace) })
	for _, family := range families {
		assert.Contains(t, runbook, "`"+family.GetName()+"`")
	}

	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	require.NoError(t, err)
	assert.Empty(t, problems)
}
