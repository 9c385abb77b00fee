package admission

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// measure is what a selection costs, each time that it is used.
type measure struct {
	// depth is the number of levels of fields.
	depth int
	// cost is the number of objects and leaves that are read.
	cost int
	// bytes is an upper estimate of the selection's part of the response.
	bytes               int
	aliases, directives int
}

// add adds a selection beside this one.
func (m *measure) add(other measure) {
	m.depth = max(m.depth, other.depth)
	m.cost = addSaturating(m.cost, other.cost)
	m.bytes = addSaturating(m.bytes, other.bytes)
	m.aliases = addSaturating(m.aliases, other.aliases)
	m.directives = addSaturating(m.directives, other.directives)
}

// fragmentUse is the use of a fragment in a page of pageSize objects. Each use is measured once and counts for each
// spread, since nested fragments can be spread exponentially many times.
type fragmentUse struct {
	definition *ast.FragmentDefinition
	pageSize   int
}

// costWalk computes the size of an operation.
type costWalk struct {
	variables map[string]any
	fragments map[fragmentUse]measure
	deferred  bool
}

// selections measures the selections of an object. If the object is a connection, it has pageSize edges.
func (w *costWalk) selections(selections ast.SelectionSet, pageSize int) measure {
	var all measure

	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			all.add(w.field(selection, pageSize))
		case *ast.InlineFragment:
			all.add(w.directives(selection.Directives))
			all.add(w.selections(selection.SelectionSet, pageSize))
		case *ast.FragmentSpread:
			all.add(w.directives(selection.Directives))
			all.add(w.fragment(selection.Definition, pageSize))
		}
	}

	return all
}

func (w *costWalk) directives(directives ast.DirectiveList) measure {
	w.deferred = w.deferred || directives.ForName("defer") != nil

	return measure{directives: len(directives)}
}

func (w *costWalk) fragment(definition *ast.FragmentDefinition, pageSize int) measure {
	use := fragmentUse{definition, pageSize}

	known, measured := w.fragments[use]
	if !measured {
		known = w.directives(definition.Directives)
		known.add(w.selections(definition.SelectionSet, pageSize))

		if w.fragments == nil {
			w.fragments = make(map[fragmentUse]measure)
		}

		w.fragments[use] = known
	}

	return known
}

func (w *costWalk) field(field *ast.Field, pageSize int) measure {
	all := w.directives(field.Directives)

	if field.Alias != field.Name {
		all.aliases = 1
	}

	const quotesColonAndComma = 4

	name := len(field.Alias) + quotesColonAndComma
	own := directiveInt(field.Definition, "cost", "weight")

	if len(field.SelectionSet) == 0 {
		all.add(measure{depth: 1, cost: own + 1, bytes: addSaturating(name, w.leafBytes(field))})

		return all
	}

	objects := w.objects(field, pageSize)
	inner := w.selections(field.SelectionSet, w.pageSize(field))

	const bracesAndComma = 3

	inner.bytes = addSaturating(name, multiplySaturating(objects, addSaturating(bracesAndComma, inner.bytes)))

	if isIntrospection(field) { // Only the bytes of the response count: nothing is read from the database.
		inner.depth, inner.cost = 0, 1
	} else {
		inner.depth++
		inner.cost = addSaturating(own, multiplySaturating(objects, addSaturating(1, inner.cost)))
	}

	all.add(inner)

	return all
}

// objects returns how many objects a field has. If the field is one of a connection, the connection has pageSize edges.
func (w *costWalk) objects(field *ast.Field, pageSize int) int {
	size := directiveInt(field.Definition, "listSize", "assumedSize")

	switch {
	case size > 0:
		return size
	case isConnection(field.ObjectDefinition) && (field.Name == "edges" || field.Name == "nodes"):
		return pageSize
	case field.Name == "nodes":
		if list, ok := w.argument(field, "ids").([]any); ok {
			return len(list)
		}

		return 1
	case isIntrospection(field):
		return max(1, introspectionLists[field.Name])
	default:
		return 1
	}
}

// isIntrospection says whether a field is of the schema's description of itself.
func isIntrospection(field *ast.Field) bool {
	return strings.HasPrefix(field.Name, "__") || strings.HasPrefix(field.ObjectDefinition.Name, "__")
}

func isConnection(definition *ast.Definition) bool {
	return strings.HasSuffix(definition.Name, "Connection")
}

// pageSize returns the size of a field's page.
func (w *costWalk) pageSize(field *ast.Field) int {
	for _, name := range []string{"first", "last"} {
		if value := w.argument(field, name); value != nil {
			return min(max(integer(value, MaxPageSize), 0), MaxPageSize)
		}
	}

	return DefaultPageSize
}

// argument returns the value of an argument; nil if it is null or not given.
func (w *costWalk) argument(field *ast.Field, name string) any {
	argument := field.Arguments.ForName(name)
	if argument == nil {
		return nil
	}

	value, err := argument.Value.Value(w.variables)
	if err != nil {
		return nil
	}

	return value
}

// integer returns the number in a value of the type Int, in any of the forms that gqlgen accepts.
func integer(value any, otherwise int) int {
	var text string

	switch value := value.(type) {
	case int:
		return value
	case int64:
		return int(value)
	case json.Number:
		text = value.String()
	case string:
		text = value
	}

	if n, err := strconv.Atoi(text); err == nil {
		return n
	}

	return otherwise
}

// directiveInt returns the number in a directive of a field in the schema; 0 if there is no such directive.
func directiveInt(field *ast.FieldDefinition, directive, argument string) int {
	found := field.Directives.ForName(directive)
	if found == nil {
		return 0
	}

	value, err := found.Arguments.ForName(argument).Value.Value(nil)
	if err != nil {
		return 0
	}

	return integer(value, 0)
}

func addSaturating(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}

	return a + b
}

func multiplySaturating(a, b int) int {
	if b != 0 && a > math.MaxInt/b {
		return math.MaxInt
	}

	return a * b
}
