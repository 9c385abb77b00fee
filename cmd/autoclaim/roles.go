package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// checkRoleMap refuses a map of roles whose pairs are not a provider's name, = and a role of ours.
func checkRoleMap(text string) error {
	const form = "write it as license-admin=GLOBAL_ADMIN;helpdesk=GLOBAL_READER"

	seen := make(map[string]bool)

	for _, pair := range kong.SplitEscaped(text+" ", ';') { // A space, because an empty last pair would be left out.
		if pair == " " || pair == "" {
			return errors.New("a pair is empty: " + form)
		}

		name, role, ok := strings.Cut(strings.TrimSuffix(pair, " "), "=")

		switch {
		case !ok || name == "" || role == "":
			return errors.New("a pair has no =, or nothing on one side of it: " + form)
		case strings.TrimSpace(name) != name:
			return errors.New("remove the white space around the names: " + form)
		case checkRole(role) != nil && strings.Contains(role, ","):
			return errors.New("separate pairs by semicolons: " + form)
		case checkRole(role) != nil && checkRole(name) == nil:
			return errors.New("the provider's name comes first, and the role second: " + form)
		case checkRole(role) != nil:
			return fmt.Errorf("%q is no role; use one of %v", role, auth.AllRoles())
		case seen[name]:
			return fmt.Errorf("%q has two roles: give each name once", name)
		}

		seen[name] = true
	}

	return nil
}
