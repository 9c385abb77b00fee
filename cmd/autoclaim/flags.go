package main

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Each flag and each argument says in its struct tag which values make sense:
//
//   - range:"1..1000" for numbers and durations, or range:"0,10..1000" if 0 has a meaning of its own, which the help
//     explains. The range is added to the help.
//   - enum:"a,b" for a few words.
//   - kind:"origin" for text: a name in [kinds].
//
// Booleans need none. A value that makes no sense ends the program with status 2 before it does anything else. The tag
// secret keeps a value out of messages.

// flagError says what is wrong with the value of a flag.
type flagError struct {
	flag     string // As the help shows it, such as --max-depth.
	variable string // Empty if the flag has no environment variable.
	problem  error
}

// Error names the flag and its environment variable.
func (e *flagError) Error() string {
	name := e.flag
	if e.variable != "" {
		name += " (or " + e.variable + ")"
	}

	return fmt.Sprintf("%s: %v", name, e.problem)
}

// Unwrap returns the problem.
func (e *flagError) Unwrap() error { return e.problem }

// checkFlags makes the parser check each value by its tags. It is an error if a value has no rule.
func checkFlags(environment *variables) kong.Option {
	return kong.PostBuild(func(k *kong.Kong) error {
		return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
			value, ok := node.(*kong.Value)
			if !ok || value == k.Model.HelpFlag.Value || value.Target.Type() == reflect.TypeFor[kong.VersionFlag]() {
				return next(nil)
			}

			check, help, err := ruleOf(value)
			if err != nil {
				return fmt.Errorf("%s: %w", value.ShortSummary(), err)
			}

			value.Help += help
			value.Mapper = checkedMapper{Mapper: value.Mapper, check: check, variable: environment.of(value)}

			return next(nil)
		})
	})
}

// ruleOf returns the check of a value that its tags name, and what to add to its help.
func ruleOf(value *kong.Value) (check func(text string) error, help string, err error) {
	kind, limits := value.Tag.Get("kind"), value.Tag.Get("range")

	switch {
	case limits != "":
		allowed, err := parseRange(value.Target.Type(), limits)

		return allowed.check, " " + allowed.help(), err
	case value.Tag.Enum != "":
		return func(text string) error { return checkWord(text, value.EnumSlice()) }, "", nil
	case value.Target.Kind() == reflect.Bool:
		return func(text string) error {
			return checkWord(strings.ToLower(text), []string{"true", "false", "yes", "no", "1", "0"})
		}, "", nil
	}

	check, ok := kinds()[kind]
	if !ok {
		return nil, "", errors.New("the tag range, enum or kind must say which values make sense")
	}

	return check, "", nil
}

func checkWord(text string, words []string) error {
	if slices.Contains(words, text) {
		return nil
	}

	return fmt.Errorf("use one of %s", strings.Join(words, ", "))
}

// checkedMapper checks a text before the mapper decodes it.
type checkedMapper struct {
	kong.Mapper

	check    func(text string) error
	variable string
}

// Decode implements [kong.Mapper].
func (m checkedMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	refuse := func(problem error) error {
		return &flagError{flag: ctx.Value.ShortSummary(), variable: m.variable, problem: problem}
	}

	token := ctx.Scan.Peek()
	text, isText := token.Value.(string)

	switch isFlag := ctx.Value.Flag != nil; {
	case m.IsBool(target) && token.Type != kong.FlagValueToken: // Such as --dev.
		return m.decode(ctx, target, refuse)
	case isFlag && (!isText || !token.IsValue()): // The end, or what looks like another flag.
		return refuse(fmt.Errorf("the value is missing: write %s=VALUE", ctx.Value.ShortSummary()))
	case !isText:
		return m.decode(ctx, target, refuse)
	}

	trimmed := trimEnds(text)
	ctx.Scan.Pop()
	ctx.Scan.PushTyped(trimmed, token.Type)

	if err := m.checkText(ctx.Value, trimmed); err != nil {
		if ctx.Value.Tag.Has("secret") {
			return refuse(err)
		}

		return refuse(fmt.Errorf("%s: %w", shown(trimmed), err))
	}

	return m.decode(ctx, target, refuse)
}

func (m checkedMapper) decode(ctx *kong.DecodeContext, target reflect.Value, refuse func(error) error) error {
	before := namesOf(target)

	if err := m.Mapper.Decode(ctx, target); err != nil {
		return refuse(err)
	}

	if changed, ok := reflect.TypeAssert[map[string]string](target); ok {
		for name, value := range before {
			if changed[name] != value {
				return refuse(fmt.Errorf("%s is given twice: remove one", shown(name)))
			}
		}
	}

	return refuseRepetitions(target, refuse)
}

// namesOf returns a copy of a map that a flag fills, or nil.
func namesOf(target reflect.Value) map[string]string {
	filled, _ := reflect.TypeAssert[map[string]string](target)

	return maps.Clone(filled)
}

// checkText checks a text, or each part of it if it is a list.
func (m checkedMapper) checkText(value *kong.Value, text string) error {
	if value.HasDefault && text == value.Default {
		return nil
	}

	if value.Flag == nil || !value.IsSlice() {
		return checkPart(text, m.check)
	}

	if err := checkPrintable(text); err != nil {
		return err
	}

	// The mapper ignores an empty part at the end.
	for _, part := range kong.SplitEscaped(text+" ", value.Tag.Sep) {
		last, _ := strings.CutSuffix(part, " ")
		if err := checkPart(last, m.check); err != nil {
			return err
		}
	}

	return nil
}

func checkPart(text string, check func(string) error) error {
	if text == "" {
		return errors.New("the value is empty: give one, or leave it out")
	}

	if err := checkPrintable(text); err != nil {
		return err
	}

	// Docker keeps the quotes of its files of variables.
	if quote := text[0]; len(text) > 1 && (quote == '"' || quote == '\'') && text[len(text)-1] == quote {
		return errors.New("remove the quotes around the value")
	}

	return check(text)
}

// refuseRepetitions refuses a list that has a value twice.
func refuseRepetitions(target reflect.Value, refuse func(error) error) error {
	list, ok := reflect.TypeAssert[[]string](target)
	if !ok {
		return nil
	}

	seen := make(map[string]bool, len(list))

	for _, text := range list {
		if seen[text] {
			return refuse(fmt.Errorf("%s is given twice: remove one", shown(text)))
		}

		seen[text] = true
	}

	return nil
}

// IsBool implements what [kong.BoolMapperExt] needs.
func (m checkedMapper) IsBool(target reflect.Value) bool { return target.Kind() == reflect.Bool }

// IsBoolFromValue implements [kong.BoolMapperExt].
func (m checkedMapper) IsBoolFromValue(target reflect.Value) bool { return m.IsBool(target) }

// refuseRepeatedFlags refuses a flag that is given twice, except a list: the second would silently replace the first.
func refuseRepeatedFlags(parsed *kong.Context, environment *variables) error {
	if parsed == nil {
		return nil
	}

	seen := make(map[*kong.Flag]bool)

	for _, step := range parsed.Path {
		if step.Flag == nil || step.Resolved || step.Flag.IsCumulative() {
			continue
		}

		if seen[step.Flag] {
			return &flagError{
				flag: step.Flag.ShortSummary(), variable: environment.of(step.Flag.Value),
				problem: errors.New("it is given more than once: give it once"),
			}
		}

		seen[step.Flag] = true
	}

	return nil
}

// isGiven says whether the flag is on the command line or in the environment.
func isGiven(parsed *kong.Context, name string) bool {
	for _, step := range parsed.Path {
		if step.Flag != nil && step.Flag.Name == name {
			return true
		}
	}

	return false
}

// byteOrderMark begins the texts of some Windows programs.
const byteOrderMark = "\ufeff"

// trimEnds removes what files of secrets, and what shells read from them, often have around their text: a byte-order
// mark in front of it, and newlines behind it.
func trimEnds(text string) string {
	return strings.TrimRight(strings.TrimPrefix(text, byteOrderMark), "\r\n")
}
