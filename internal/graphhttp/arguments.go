package graphhttp

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// argumentWalk visits every value of the arguments of fields and directives, and the values within it. It visits each
// fragment once, since nested fragments can spread exponentially many times.
type argumentWalk struct {
	// visit is called with the path of each value, which begins with the name of its argument: "input.products.0". An error
	// ends the walk.
	visit func(path string, value *ast.Value) *gqlerror.Error
	seen  map[*ast.FragmentDefinition]bool
}

func newArgumentWalk(visit func(path string, value *ast.Value) *gqlerror.Error) argumentWalk {
	return argumentWalk{visit: visit, seen: make(map[*ast.FragmentDefinition]bool)}
}

func (w argumentWalk) operation(operation *ast.OperationDefinition) *gqlerror.Error {
	if err := w.directives(operation.Directives); err != nil {
		return err
	}

	return w.selections(operation.SelectionSet)
}

func (w argumentWalk) selections(selections ast.SelectionSet) *gqlerror.Error {
	for _, selection := range selections {
		if err := w.selection(selection); err != nil {
			return err
		}
	}

	return nil
}

func (w argumentWalk) selection(selection ast.Selection) *gqlerror.Error {
	var (
		directives ast.DirectiveList
		nested     ast.SelectionSet
	)

	switch selection := selection.(type) {
	case *ast.Field:
		if err := w.arguments(selection.Arguments); err != nil {
			return err
		}

		directives, nested = selection.Directives, selection.SelectionSet
	case *ast.InlineFragment:
		directives, nested = selection.Directives, selection.SelectionSet
	case *ast.FragmentSpread:
		directives = selection.Directives

		if definition := selection.Definition; definition != nil && !w.seen[definition] {
			w.seen[definition] = true
			directives = append(slices.Clip(directives), definition.Directives...)
			nested = definition.SelectionSet
		}
	}

	if err := w.directives(directives); err != nil {
		return err
	}

	return w.selections(nested)
}

func (w argumentWalk) directives(directives ast.DirectiveList) *gqlerror.Error {
	for _, directive := range directives {
		if err := w.arguments(directive.Arguments); err != nil {
			return err
		}
	}

	return nil
}

func (w argumentWalk) arguments(arguments ast.ArgumentList) *gqlerror.Error {
	for _, argument := range arguments {
		if err := w.value(argument.Name, argument.Value); err != nil {
			return err
		}
	}

	return nil
}

func (w argumentWalk) value(path string, value *ast.Value) *gqlerror.Error {
	if err := w.visit(path, value); err != nil {
		return err
	}

	for i, child := range value.Children {
		name := child.Name
		if value.Kind == ast.ListValue {
			name = strconv.Itoa(i)
		}

		if err := w.value(path+"."+name, child.Value); err != nil {
			return err
		}
	}

	return nil
}
