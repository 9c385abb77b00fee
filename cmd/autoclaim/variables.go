package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// variablePrefix begins the name of each environment variable of the program.
const variablePrefix = "AUTOCLAIM_"

// variables gives flags the values of environment variables. AUTOCLAIM_SOME_FLAG sets --some-flag.
type variables struct {
	values map[string]string
	names  map[*kong.Value]string
	// ignored has the names that the variables of booleans without one would have, such as AUTOCLAIM_VERSION. Others may
	// use them, and they never worked.
	ignored map[string]bool
}

// newVariables returns the variables of an environment, which is a list of NAME=VALUE.
func newVariables(environ []string) *variables {
	v := &variables{
		values: make(map[string]string), names: make(map[*kong.Value]string), ignored: make(map[string]bool),
	}

	for _, variable := range environ {
		if name, value, ok := strings.Cut(variable, "="); ok && strings.HasPrefix(name, variablePrefix) {
			v.values[name] = value
		}
	}

	return v
}

// of returns the name of the variable that sets a value, or "" if there is none.
func (v *variables) of(value *kong.Value) string { return v.names[value] }

// bind names the variable of each flag. It does what [kong.DefaultEnvars] does, but reads the variables later, in
// Resolve: kong shows a value in its own messages, and a variable of another command would not be checked.
func (v *variables) bind() kong.Option {
	return kong.PostBuild(func(k *kong.Kong) error {
		return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
			flag, ok := node.(*kong.Flag)
			if !ok {
				return next(nil)
			}

			name := variablePrefix + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			if len(flag.Tag.Envs) == 0 && flag != k.Model.HelpFlag {
				v.names[flag.Value] = name
			} else if flag.IsBool() {
				v.ignored[name] = true
			}

			flag.Tag.Envs, flag.Envs = nil, nil

			return next(nil)
		})
	})
}

// help shows the variable of a flag in its help.
func (v *variables) help(value *kong.Value) string {
	name := v.of(value)
	if name == "" {
		return value.Help
	}

	return fmt.Sprintf("%s ($%s)", value.Help, name)
}

// Resolve implements [kong.Resolver].
func (v *variables) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := v.values[v.of(flag.Value)]
	if !ok {
		return nil, nil //nolint:nilnil // Kong's word for a flag that is not set.
	}

	return value, nil
}

// foreign matches variables of others. Kubernetes sets the first ones for services whose name begins with autoclaim.
var foreign = regexp.MustCompile(
	`^AUTOCLAIM_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$|` +
		`^AUTOCLAIM_URL$`) // The clients' variable in examples.

// Validate implements [kong.Resolver]. It does nothing: check runs even if a flag is wrong.
func (*variables) Validate(*kong.Application) error { return nil }

// check refuses variables that set nothing, of this command or of others.
func (v *variables) check() error {
	flags := make(map[string]string)
	for value, name := range v.names {
		flags[name] = value.ShortSummary()
	}

	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		switch {
		case foreign.MatchString(name) || v.ignored[name]:
		case flags[name] == "":
			return &flagError{flag: "the environment variable " + name, problem: unknownVariable(name, slices.Sorted(maps.Keys(flags)))}
		case trimEnds(v.values[name]) == "":
			return &flagError{
				flag: flags[name], variable: name, problem: errors.New("the variable is empty: give it a value, or unset it"),
			}
		}
	}

	return nil
}

func unknownVariable(name string, known []string) error {
	remedy := "see the variables in autoclaim --help"
	if near := core.SuggestionList(name, known); len(near) > 0 {
		remedy = "did you mean " + near[0]
	}

	return errors.New("it sets no flag: correct or unset it; " + remedy)
}
