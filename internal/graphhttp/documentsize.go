package graphhttp

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

const (
	// maxComparisons bounds the comparisons of validation: to see whether fields of the same name can be merged, it
	// compares each with each.
	maxComparisons = 16_000
	// spreadComparison is how many times longer it takes to compare two fragments than two fields.
	spreadComparison = 4
	// maxVisits bounds how many selections validation visits: from each operation, and again from each fragment, it
	// visits all that can be reached.
	maxVisits = 4_000
	// lookupsPerVisit is how many names are looked up in a fragment in the time of a visit.
	lookupsPerVisit = 16
	// nodeBytes is about the memory of one node of a document. A test measures it.
	nodeBytes = 600
)

// documentSize is what a document takes to be validated and held.
type documentSize struct {
	// nodes is the number of fields, arguments, values and so on.
	nodes int
	// names counts fields by the key that they have in a response.
	names map[string]*tally
	// spreads counts spreads of fragments.
	spreads tally
	// definitions are the operations and fragments, and fragments the index of those with a name.
	definitions []definitionSize
	fragments   map[string]int

	refusal *gqlerror.Error
}

// definitionSize is what is in an operation or a fragment.
type definitionSize struct {
	// all is the number of selections, and the sum of their levels.
	all     tally
	spreads []string
}

// tally is a number of selections, and the sum of their levels: each is in the selections of a field, fragment or
// operation, and in those of every inline fragment around it. Validation compares selections on each of their levels.
type tally struct{ count, levels int }

func (t *tally) add(level int) {
	t.count++
	t.levels += level
}

func (t *tally) comparisons() int { return (t.count - 1) * t.levels }

// measureDocument returns the memory that a document takes, in bytes. It refuses one whose names are too long, and one
// whose validation would take too much work. Its own work is little more than one visit of each node.
func measureDocument(document *ast.QueryDocument) (int, *gqlerror.Error) {
	size := documentSize{names: make(map[string]*tally), fragments: make(map[string]int, len(document.Fragments))}

	for _, operation := range document.Operations {
		size.operation(operation)
	}

	for _, fragment := range document.Fragments {
		size.fragment(fragment)
	}

	if size.refusal != nil {
		return 0, size.refusal
	}

	comparisons := size.spreads.comparisons() * spreadComparison
	for _, name := range size.names {
		comparisons += name.comparisons()
	}

	if comparisons > maxComparisons {
		return 0, apierror.New(apierror.CodeTooComplex,
			"The operation repeats too many fields and fragments: to merge them takes %d comparisons; at most %d are allowed. "+
				"Ask for each field once, or send several operations.", comparisons, maxComparisons)
	}

	if size.visits() > maxVisits {
		return 0, apierror.New(apierror.CodeTooComplex,
			"The document has too many operations, or fragments in fragments: to validate it takes more than %d visits of fields. "+
				"Send fewer in one document.", maxVisits)
	}

	return (size.nodes + len(size.definitions)) * nodeBytes, nil
}

// visits returns how many selections can be reached from each definition, summed. The names of the definition's own are
// looked up in each fragment that it reaches. It stops after maxVisits.
func (s *documentSize) visits() int {
	total := 0

	for start := range s.definitions {
		seen := make([]bool, len(s.definitions))
		seen[start] = true

		for next := []int{start}; len(next) > 0 && total <= maxVisits; {
			definition := s.definitions[next[0]]
			next = next[1:]
			total += 1 + definition.all.count + s.definitions[start].all.levels/lookupsPerVisit

			for _, name := range definition.spreads {
				if fragment, known := s.fragments[name]; known && !seen[fragment] {
					seen[fragment] = true
					next = append(next, fragment)
				}
			}
		}
	}

	return total
}

func (s *documentSize) operation(operation *ast.OperationDefinition) {
	s.definitions = append(s.definitions, definitionSize{})
	s.name(operation.Name)
	s.directives(operation.Directives)

	for _, variable := range operation.VariableDefinitions {
		s.nodes++
		s.name(variable.Variable)
		s.directives(variable.Directives)

		for typ := variable.Type; typ != nil; typ = typ.Elem {
			s.nodes++
			s.name(typ.NamedType)
		}

		if variable.DefaultValue != nil {
			s.value(variable.DefaultValue)
		}
	}

	s.set(operation.SelectionSet, 1)
}

func (s *documentSize) fragment(fragment *ast.FragmentDefinition) {
	if _, twice := s.fragments[fragment.Name]; !twice {
		s.fragments[fragment.Name] = len(s.definitions)
	}

	s.definitions = append(s.definitions, definitionSize{})
	s.name(fragment.Name)
	s.name(fragment.TypeCondition)
	s.directives(fragment.Directives)
	s.set(fragment.SelectionSet, 1)
}

func (s *documentSize) name(name string) {
	if len(name) > maxName && s.refusal == nil {
		s.refusal = apierror.New(apierror.CodeTooComplex, "The name %s has %d bytes; at most %d are allowed. Shorten it.",
			apierror.Shorten(name), len(name), maxName)
	}
}

// set measures selections that are in level-1 inline fragments.
func (s *documentSize) set(selections ast.SelectionSet, level int) {
	definition := &s.definitions[len(s.definitions)-1]
	definition.all.count += len(selections)
	definition.all.levels += len(selections) * level
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
			definition.spreads = append(definition.spreads, selection.Name)
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
