package main

import (
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// spans collects the spans that a server sends. It is safe for concurrent use.
type spans struct {
	mu       sync.Mutex
	all      []*trace.Span
	services map[string]bool // The versions of the services that sent them.
}

// collect starts a collector of traces and returns its URL.
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

// of returns the spans of a trace by the id of their parent.
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

func leadsToSQL(paths []string, from string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return strings.HasPrefix(path, from+" > ") && strings.HasSuffix(path, " > SQL")
	})
}

// pathsOf returns the path of names to each span below a parent. The name of a statement is SQL.
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
