package graphhttp

import (
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	gqlvalidator "github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// maxErrors is after how many errors validation stops.
const maxErrors = 5

// validator parses and validates documents.
type validator struct {
	schema *ast.Schema
	rules  []core.Rule
}

// newValidator returns a validator whose errors suggest names of the schema, if that is wanted.
func newValidator(schema *ast.Schema, suggest bool) validator {
	set := rules.NewDefaultRules()

	if !suggest {
		for suggesting, silent := range map[string]core.Rule{
			rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		} {
			set.RemoveRule(suggesting)
			set.AddRule(silent.Name, silent.RuleFunc)
		}
	}

	v := validator{schema: schema}

	inner := set.GetInner()
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		v.rules = append(v.rules, core.Rule{Name: name, RuleFunc: inner[name]})
	}

	return v
}

// parse returns a document that is valid for the schema, and how many bytes of memory it takes.
func (v validator) parse(text string, maxTokens int) (*ast.QueryDocument, int, gqlerror.List) {
	if err := checkStrings(text); err != nil {
		return nil, 0, withCode(gqlerror.List{err}, errcode.ParseFailed)
	}

	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return nil, 0, withCode(gqlerror.List{gqlerror.WrapIfUnwrapped(err)}, errcode.ParseFailed)
	}

	if len(document.Operations) == 0 {
		return nil, 0, withCode(gqlerror.List{gqlerror.Errorf("no operation provided")}, errcode.ValidationFailed)
	}

	size, refusal := measureDocument(document)
	if refusal != nil {
		return nil, 0, gqlerror.List{refusal}
	}

	if errs := v.validate(document); errs != nil {
		nameNulls(document, errs)

		return nil, 0, withCode(errs, errcode.ValidationFailed)
	}

	// A text takes a block of memory that may be a quarter larger, and each comment is a node.
	return document, len(text)*5/4 + strings.Count(text, "#")*nodeBytes + size, nil
}

func withCode(errs gqlerror.List, code string) gqlerror.List {
	for _, err := range errs {
		errcode.Set(err, code)
	}

	return errs
}

// enough stops a validation.
type enough struct{}

// validate applies the rules until there are maxErrors errors. gqlparser has no way to stop its walk, and an error costs
// more than the token that causes it, so addError leaves it by a panic.
func (v validator) validate(document *ast.QueryDocument) (errs gqlerror.List) {
	defer func() {
		if cause := recover(); cause != nil {
			if _, stopped := cause.(enough); !stopped {
				panic(cause)
			}
		}
	}()

	events := new(core.Events)

	for _, rule := range v.rules {
		rule.RuleFunc(events, func(options ...core.ErrorOption) {
			err := &gqlerror.Error{Rule: rule.Name}
			for _, option := range options {
				option(err)
			}

			if errs = append(errs, err); len(errs) == maxErrors {
				panic(enough{})
			}
		})
	}

	gqlvalidator.Walk(v.schema, document, events)

	return errs
}
