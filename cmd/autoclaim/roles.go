package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/vektah/gqlparser/v2/validator/core"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// roleMapForm is how a map of roles is written on the command line.
const roleMapForm = "write it as license-admin=GLOBAL_ADMIN;helpdesk=GLOBAL_READER"

// checkRoleMap refuses a map of roles whose pairs are not a provider's name, = and a role of ours. It names the pair.
func checkRoleMap(text string) error {
	seen := make(map[string]bool)

	for i, pair := range kong.SplitEscaped(text+" ", ';') { // A space, because an empty last pair would be left out.
		pair = strings.TrimSuffix(pair, " ")
		if strings.TrimSpace(pair) == "" {
			return fmt.Errorf("pair %d is empty: %s", i+1, roleMapForm)
		}

		name, role, ok := strings.Cut(pair, "=")

		err := checkRoleOf(name, role)

		switch {
		case !ok:
			err = errors.New("it has no =: " + roleMapForm)
		case err != nil && looksLikeSeveral(role):
			err = errors.New("separate pairs by semicolons: " + roleMapForm)
		case seen[name]:
			err = fmt.Errorf("%q is there twice: give each name once", name)
		}

		if err != nil {
			return fmt.Errorf("pair %d, %s: %w", i+1, shown(pair), err)
		}

		seen[name] = true
	}

	return nil
}

// looksLikeSeveral says whether a role has a further pair in it, behind another sign than a semicolon.
func looksLikeSeveral(role string) bool {
	first := strings.IndexFunc(role, func(c rune) bool { return c != '_' && (c < 'A' || c > 'Z') })

	return first > 0 && strings.ContainsAny(role[first:], "=:") && checkRole(role[:first]) == nil
}

// checkRoleOf checks a pair of a map of roles.
func checkRoleOf(name, role string) error {
	switch {
	case name == "" || role == "":
		return errors.New("there is nothing on one side of the =: " + roleMapForm)
	case strings.TrimSpace(name) != name || strings.TrimSpace(role) != role:
		return errors.New("remove the white space around the names: " + roleMapForm)
	case checkRole(role) == nil:
		return nil
	case checkRole(name) == nil:
		return errors.New("the provider's name comes first, and the role second: " + roleMapForm)
	}

	var known []string
	for _, role := range auth.AllRoles() {
		known = append(known, string(role))
	}

	if near := core.SuggestionList(strings.ToUpper(role), known); len(near) > 0 {
		return fmt.Errorf("%q is no role: did you mean %s", role, near[0])
	}

	return fmt.Errorf("%q is no role; use one of %v", role, auth.AllRoles())
}
