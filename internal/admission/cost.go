package admission

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// measure is the depth of a selection and the number of objects that it reads.
type measure struct{ depth, cost int }

// fragmentUse is the use of a fragment in a page of pageSize objects. Each use is measured once, since nested fragments
// can be spread exponentially many times.
type fragmentUse struct {
	definition *ast.FragmentDefinition
	pageSize   int
}

// costWalk computes the size of an operation.
type costWalk struct {
	variables map[string]any
	fragments map[fragmentUse]measure

	aliases, directives int
	deferred            bool
}

// selections measures the selections of an object. If the object is a connection, it has pageSize edges.
func (w *costWalk) selections(selections ast.SelectionSet, pageSize int) measure {
	var all measure

	for _, selection := range selections {
		var one measure

		switch selection := selection.(type) {
		case *ast.Field:
			one = w.field(selection, pageSize)
		case *ast.InlineFragment:
			w.countDirectives(selection.Directives)
			one = w.selections(selection.SelectionSet, pageSize)
		case *ast.FragmentSpread:
			w.countDirectives(selection.Directives)
			one = w.fragment(selection.Definition, pageSize)
		}

		all.depth = max(all.depth, one.depth)
		all.cost = addSaturating(all.cost, one.cost)
	}

	return all
}

func (w *costWalk) countDirectives(directives ast.DirectiveList) {
	w.directives += len(directives)
	w.deferred = w.deferred || directives.ForName("defer") != nil
}

func (w *costWalk) fragment(definition *ast.FragmentDefinition, pageSize int) measure {
	use := fragmentUse{definition, pageSize}

	known, measured := w.fragments[use]
	if !measured {
		w.countDirectives(definition.Directives)
		known = w.selections(definition.SelectionSet, pageSize)
		w.fragments[use] = known
	}

	return known
}

func (w *costWalk) field(field *ast.Field, pageSize int) measure {
	w.countDirectives(field.Directives)

	if field.Alias != field.Name {
		w.aliases++
	}

	// A separate rule of the parser bounds introspection.
	if strings.HasPrefix(field.Name, "__") {
		return measure{cost: 1}
	}

	own, objects := directiveInt(field.Definition, "cost", "weight"), 1
	if len(field.SelectionSet) == 0 {
		return measure{depth: 1, cost: own}
	}

	inner := w.selections(field.SelectionSet, w.pageSize(field))

	switch size := directiveInt(field.Definition, "listSize", "assumedSize"); {
	case size > 0:
		objects = size
	case isConnection(field.ObjectDefinition) && (field.Name == "edges" || field.Name == "nodes"):
		objects = pageSize
	case field.Name == "nodes":
		objects = w.listLength(field, "ids")
	}

	return measure{
		depth: 1 + inner.depth,
		cost:  addSaturating(own, multiplySaturating(objects, addSaturating(1, inner.cost))),
	}
}

func isConnection(definition *ast.Definition) bool {
	return strings.HasSuffix(definition.Name, "Connection")
}

// pageSize returns the size of a field's page.
func (w *costWalk) pageSize(field *ast.Field) int {
	arguments := field.ArgumentMap(w.variables)

	for _, name := range []string{"first", "last"} {
		if size, given := integer(arguments[name]); given {
			return min(max(size, 0), MaxPageSize)
		}
	}

	return DefaultPageSize
}

func (w *costWalk) listLength(field *ast.Field, argument string) int {
	if list, ok := field.ArgumentMap(w.variables)[argument].([]any); ok {
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

	n, _ := integer(value)

	return n
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
