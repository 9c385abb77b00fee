package auth

import (
	"strings"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// displayName returns the name of a token's bearer: from OpenID Connect's claims, or from those of Entra ID's tokens of version
// 1. A name that is an email address is the last choice: the email is shown too. It is empty if the token has no name that
// can be shown.
func displayName(claims map[string]any) string {
	parts := strings.TrimSpace(text(claims, "given_name") + " " + text(claims, "family_name"))

	for _, name := range []string{
		text(claims, "name"), parts,
		unlessEmail(text(claims, "preferred_username")), unlessEmail(text(claims, "upn")), unlessEmail(text(claims, "unique_name")),
	} {
		if name = licensing.DisplayNameFrom(name); name != "" {
			return name
		}
	}

	return ""
}

// email returns the email of a token's bearer. Many providers have it only in a claim that need not be an email address.
func email(claims map[string]any) string {
	for _, claim := range []string{"email", "preferred_username", "upn", "unique_name"} {
		address := text(claims, claim)
		// Entra ID writes who vouches for a personal account before its address: live.com#ann@example.com.
		if _, account, found := strings.Cut(address, ".com#"); found && claim == "unique_name" {
			address = account
		}

		if address = licensing.EmailFrom(address); address != "" {
			return address
		}
	}

	return ""
}

// unlessEmail returns a user name, or "" if it has the form of an email address.
func unlessEmail(name string) string {
	if strings.Contains(name, "@") {
		return ""
	}

	return name
}

// text returns a claim that is a text, and "" for all others.
func text(claims map[string]any, claim string) string {
	text, _ := claims[claim].(string)

	return text
}
