package graphhttp

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

const (
	// maxComparisons bounds how many pairs of fields validation compares.
	maxComparisons = 10_000
	// maxVisits bounds how many fields validation visits: it visits a fragment's once for each operation and fragment.
	maxVisits = 20_000
	// nodeBytes is about the memory of one node of a document. A test measures it.
	nodeBytes = 400
)

// documentSize is what a document costs before and during validation.
type documentSize struct {
	// nodes is the number of fields, arguments, values and so on.
	nodes int
	// selections is the number of fields, inline fragments and spreads.
	selections int
	// names counts fields by the key that they have in a response.
	names map[string]*tally
	// spreads counts spreads of fragments.
	spreads tally

	refusal *gqlerror.Error
}

// tally is a number of selections. Validation compares each with each, and again for every inline fragment around
// them: levels is the sum of those, each counted once more for its operation, field or fragment.
type tally struct{ count, levels int }

func (t *tally) add(level int) {
	t.count++
	t.levels += level
}

// comparisons is the largest number of pairs that are compared.
func (t *tally) comparisons() int { return (t.count - 1) * t.levels / 2 }

// measureDocument returns the memory that a document takes, in bytes. It refuses one whose names are too long, and one
// whose validation would take too much work: to see whether fields of the same name can be merged, validation compares
// each with each. The time of this function grows with the length of the document only.
func measureDocument(document *ast.QueryDocument) (int, *gqlerror.Error) {
	size := documentSize{names: make(map[string]*tally)}

	for _, operation := range document.Operations {
		size.name(operation.Name)
		size.directives(operation.Directives)

		for _, variable := range operation.VariableDefinitions {
			size.nodes++
			size.name(variable.Variable)
			size.named(variable.Type)
			size.directives(variable.Directives)

			if variable.DefaultValue != nil {
				size.value(variable.DefaultValue)
			}
		}

		size.set(operation.SelectionSet, 1)
	}

	for _, fragment := range document.Fragments {
		size.name(fragment.Name)
		size.name(fragment.TypeCondition)
		size.directives(fragment.Directives)
		size.set(fragment.SelectionSet, 1)
	}

	comparisons := size.spreads.comparisons()
	for _, name := range size.names {
		comparisons += name.comparisons()
	}

	definitions := len(document.Operations) + len(document.Fragments)

	switch {
	case size.refusal != nil:
		return 0, size.refusal
	case comparisons > maxComparisons:
		return 0, apierror.New(apierror.CodeTooComplex,
			"The operation repeats too many fields: %d pairs of the same name have to be compared; at most %d are allowed. "+
				"Ask for each field once, or send several operations.", comparisons, maxComparisons)
	case definitions*size.selections > maxVisits:
		return 0, apierror.New(apierror.CodeTooComplex,
			"The document has %d operations and fragments with %d fields; at most %d of one for each of the other are allowed. "+
				"Send fewer operations and fragments in one document.", definitions, size.selections, maxVisits)
	default:
		return (size.nodes + definitions) * nodeBytes, nil
	}
}

func (s *documentSize) name(name string) {
	if len(name) > maxName && s.refusal == nil {
		s.refusal = apierror.New(apierror.CodeTooComplex, "The name %s has %d bytes; at most %d are allowed. Shorten it.",
			apierror.Shorten(name), len(name), maxName)
	}
}

func (s *documentSize) named(typ *ast.Type) {
	for ; typ != nil; typ = typ.Elem {
		s.nodes++
		s.name(typ.NamedType)
	}
}

// set measures selections inside of level-1 inline fragments.
func (s *documentSize) set(selections ast.SelectionSet, level int) {
	s.selections += len(selections)
	s.nodes += len(selections)

	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			s.name(selection.Name)
			s.name(selection.Alias)
			s.arguments(selection.Arguments)
			s.directives(selection.Directives)
			s.set(selection.SelectionSet, 1)

			same := s.names[selection.Alias]
			if same == nil {
				same = new(tally)
				s.names[selection.Alias] = same
			}

			same.add(level)
		case *ast.InlineFragment:
			s.name(selection.TypeCondition)
			s.directives(selection.Directives)
			s.set(selection.SelectionSet, level+1)
		case *ast.FragmentSpread:
			s.name(selection.Name)
			s.directives(selection.Directives)
			s.spreads.add(level)
		}
	}
}

func (s *documentSize) directives(directives ast.DirectiveList) {
	s.nodes += len(directives)

	for _, directive := range directives {
		s.name(directive.Name)
		s.arguments(directive.Arguments)
	}
}

func (s *documentSize) arguments(arguments ast.ArgumentList) {
	for _, argument := range arguments {
		s.nodes++
		s.name(argument.Name)
		s.value(argument.Value)
	}
}

func (s *documentSize) value(value *ast.Value) {
	s.nodes++

	if value.Kind == ast.Variable || value.Kind == ast.EnumValue {
		s.name(value.Raw)
	}

	for _, child := range value.Children {
		s.name(child.Name)
		s.value(child.Value)
	}
}
