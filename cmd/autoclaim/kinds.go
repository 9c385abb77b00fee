package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// kinds returns the check of each kind of text. Its error says what to do. All refuse empty texts, and control characters.
func kinds() map[string]func(text string) error {
	return map[string]func(text string) error{
		"database":    store.CheckURL,
		"address":     checkAddress,
		"network":     checkNetwork,
		"origin":      checkOrigin,
		"public-url":  checkPublicURL,
		"issuer":      checkIssuer,
		"keys-url":    checkKeysURL,
		"claim":       checkClaim,
		"external-id": checkExternalID,
		"label":       checkLabel,
		"scopes":      checkScopes,
		"role":        checkRole,
		"role-map":    checkRoleMap,
		"file":        checkFile,
		"new-file":    checkNewFile,
		// The command itself checks it.
		"argument": func(string) error { return nil },
	}
}

// checkPrintable refuses control characters and bytes that are no text.
func checkPrintable(text string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("it has control characters or is not UTF-8: write it in one line of plain text")
	}

	return nil
}

// checkLabel refuses white space at either end.
func checkLabel(text string) error {
	if strings.TrimSpace(text) != text {
		return errors.New("remove the white space at its ends")
	}

	return nil
}

// checkClaim refuses what cannot be the name of a claim or the path to one.
func checkClaim(text string) error {
	if strings.ContainsFunc(text, unicode.IsSpace) {
		return errors.New("a claim's name has no white space: give one name, such as roles or realm_access.roles")
	}

	return nil
}

func checkExternalID(text string) error {
	if licensing.CheckExternalID(text) != nil {
		return fmt.Errorf("use at most %d characters, without white space at either end", licensing.MaxExternalIDLength)
	}

	return nil
}

// scopes are separated by single spaces (RFC 6749, section 3.3).
var scopes = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$`)

func checkScopes(text string) error {
	if !scopes.MatchString(text) {
		return errors.New("separate scopes by single spaces, such as openid profile")
	}

	if !slices.Contains(strings.Fields(text), "openid") {
		return errors.New("add the scope openid: without it, the provider signs nobody in")
	}

	return nil
}

func checkRole(text string) error {
	if auth.NewRoles(auth.Role(text)) == 0 {
		return fmt.Errorf("unknown role; use one of %v", auth.AllRoles())
	}

	return nil
}

// checkFile refuses a file that cannot be read.
func checkFile(text string) error {
	info, err := os.Stat(text)

	switch {
	case err != nil:
		return fmt.Errorf("name a file that this user can read: %w", errors.Unwrap(err))
	case info.IsDir():
		return errors.New("it is a directory: name a file")
	}

	return nil
}

// checkNewFile refuses a directory. The file need not exist.
func checkNewFile(text string) error {
	if info, err := os.Stat(text); err == nil && info.IsDir() {
		return errors.New("it is a directory: name a file")
	}

	return nil
}

// mayHoldPassword says whether a text could hold a password, so that no message may show it.
func mayHoldPassword(text string) bool {
	return strings.Contains(text, "@") || strings.Contains(strings.ToLower(text), "password")
}

// shown returns a text as messages show it.
func shown(text string) string {
	const most = 200

	switch {
	case mayHoldPassword(text):
		return "the value (not shown, because it could hold a password)"
	case len(text) > most:
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}

	return strconv.Quote(text)
}
