package graph

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limits bound what one operation may ask for. A zero means the default.
type Limits struct {
	// Tokens is how many words and signs an operation's text may have; 1,000 by default. Validation compares
	// each field with each other of the same name, so its time grows with their square.
	Tokens int
	// Depth is how many fields may lie within each other; 15 by default. Introspection does not count.
	Depth int
	// Cost is how many objects an operation may lead to, as the schema's @cost and @listSize and the sizes of
	// pages have it; 50,000 by default.
	Cost int
	// Aliases is how many fields may have aliases; 50 by default.
	Aliases int
	// Directives is how many directives an operation may carry; 50 by default.
	Directives int
	// Timeout is the time that a query or a mutation gets, down to the database; 2 seconds by default.
	Timeout time.Duration
	// Streams is how many subscriptions a principal may have open at once on one server; 20 by default.
	Streams int
}

// WithDefaults returns the limits with defaults in place of zeros.
func (l Limits) WithDefaults() Limits {
	for _, limit := range []struct {
		field *int
		value int
	}{
		{&l.Tokens, 1000},
		{&l.Depth, 15},
		{&l.Cost, 50_000},
		{&l.Aliases, 50},
		{&l.Directives, 50},
		{&l.Streams, 20},
	} {
		if *limit.field == 0 {
			*limit.field = limit.value
		}
	}

	if l.Timeout == 0 {
		l.Timeout = 2 * time.Second
	}

	return l
}

// operationLimits refuses operations that are too large before any of them runs.
type operationLimits struct{ limits Limits }

// ExtensionName implements [graphql.HandlerExtension].
func (operationLimits) ExtensionName() string { return "Limits" }

// Validate implements [graphql.HandlerExtension].
func (operationLimits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (o operationLimits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	walk := measuring{variables: op.Variables, fragments: make(map[fragmentUse]measure)}
	walk.directives += len(op.Operation.Directives)
	found := walk.selections(op.Operation.SelectionSet, 1)

	for _, check := range []struct {
		what          string
		actual, limit int
		remedy        string
	}{
		{"fields within each other", found.depth, o.limits.Depth, "Ask for less at a time"},
		{"aliases", walk.aliases, o.limits.Aliases, "Send several operations"},
		{"directives", walk.directives, o.limits.Directives, "Send several operations"},
		{"objects to read", found.cost, o.limits.Cost, "Ask for smaller pages, or for fewer lists within lists"},
	} {
		if check.actual > check.limit {
			return requestError(CodeTooComplex, "The operation has %d %s; at most %d are allowed. %s.",
				check.actual, check.what, check.limit, check.remedy)
		}
	}

	if walk.deferred {
		return requestError(CodeBadUserInput, "@defer is not supported. Send what can wait as an operation of its own.")
	}

	return nil
}

// measure is how deep a selection goes and how many objects it leads to.
type measure struct{ depth, cost int }

// fragmentUse is a fragment on objects of which there are so many. Each use is measured once: fragments
// within fragments can spread exponentially many times.
type fragmentUse struct {
	definition *ast.FragmentDefinition
	pageSize   int
}

type measuring struct {
	variables map[string]any
	fragments map[fragmentUse]measure

	aliases, directives int
	deferred            bool
}

// selections measures what is selected of an object. If that is a connection, its edges have pageSize
// objects.
func (m *measuring) selections(selections ast.SelectionSet, pageSize int) measure {
	var all measure

	for _, selection := range selections {
		var one measure

		switch selection := selection.(type) {
		case *ast.Field:
			one = m.field(selection, pageSize)
		case *ast.InlineFragment:
			m.annotated(selection.Directives)
			one = m.selections(selection.SelectionSet, pageSize)
		case *ast.FragmentSpread:
			m.annotated(selection.Directives)
			one = m.fragment(selection.Definition, pageSize)
		}

		all.depth = max(all.depth, one.depth)
		all.cost = saturate(all.cost, one.cost)
	}

	return all
}

func (m *measuring) annotated(directives ast.DirectiveList) {
	m.directives += len(directives)
	m.deferred = m.deferred || directives.ForName("defer") != nil
}

func (m *measuring) fragment(definition *ast.FragmentDefinition, pageSize int) measure {
	use := fragmentUse{definition, pageSize}

	known, measured := m.fragments[use]
	if !measured {
		m.annotated(definition.Directives)
		known = m.selections(definition.SelectionSet, pageSize)
		m.fragments[use] = known
	}

	return known
}

func (m *measuring) field(field *ast.Field, pageSize int) measure {
	m.annotated(field.Directives)

	if field.Alias != field.Name {
		m.aliases++
	}

	// The parser bounds introspection by a rule of its own.
	if strings.HasPrefix(field.Name, "__") {
		return measure{cost: 1}
	}

	own, objects := directiveInt(field.Definition, "cost", "weight"), 1
	if len(field.SelectionSet) == 0 {
		return measure{depth: 1, cost: own}
	}

	inner := m.selections(field.SelectionSet, m.pageSize(field))

	switch size := directiveInt(field.Definition, "listSize", "assumedSize"); {
	case size > 0:
		objects = size
	case isConnection(field.ObjectDefinition) && (field.Name == "edges" || field.Name == "nodes"):
		objects = pageSize
	case field.Name == "nodes":
		objects = m.listLength(field, "ids")
	}

	return measure{
		depth: 1 + inner.depth,
		cost:  saturate(own, saturatedProduct(objects, saturate(1, inner.cost))),
	}
}

func isConnection(definition *ast.Definition) bool {
	return strings.HasSuffix(definition.Name, "Connection")
}

// pageSize is how many objects the page has that a field leads to.
func (m *measuring) pageSize(field *ast.Field) int {
	arguments := field.ArgumentMap(m.variables)

	for _, name := range []string{"first", "last"} {
		if size, given := integer(arguments[name]); given {
			return min(max(size, 0), maxPageSize)
		}
	}

	return defaultPageSize
}

func (m *measuring) listLength(field *ast.Field, argument string) int {
	if list, ok := field.ArgumentMap(m.variables)[argument].([]any); ok {
		return len(list)
	}

	return 1
}

func integer(value any) (int, bool) {
	switch value := value.(type) {
	case int:
		return value, true
	case int64:
		return int(value), true
	case json.Number:
		n, err := value.Int64()

		return int(n), err == nil
	default:
		return 0, false
	}
}

// directiveInt is the number that the schema gives a field by a directive; 0 if it gives none.
func directiveInt(field *ast.FieldDefinition, directive, argument string) int {
	found := field.Directives.ForName(directive)
	if found == nil {
		return 0
	}

	value, err := found.Arguments.ForName(argument).Value.Value(nil)
	if err != nil {
		return 0
	}

	n, _ := integer(value)

	return n
}

func saturate(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}

	return a + b
}

func saturatedProduct(a, b int) int {
	if b != 0 && a > math.MaxInt/b {
		return math.MaxInt
	}

	return a * b
}
