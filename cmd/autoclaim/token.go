package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

type tokenCommand struct {
	Role   []string      `kind:"role" help:"Roles in the token: GLOBAL_ADMIN, GLOBAL_READER, REPORTS_READER or SIGN_IN_SERVICE. Default: none." placeholder:"ROLE" env:"-"`
	User   string        `kind:"external-id" default:"demo-user" help:"External ID of the user." env:"-"`
	Tenant string        `kind:"external-id" default:"demo" help:"External ID of the tenant." env:"-"`
	TTL    time.Duration `range:"1s..8760h" default:"12h" help:"Time until the token expires." name:"ttl" env:"-"`
	DevKey string        `kind:"new-file" default:"autoclaim-dev-key.json" help:"File with the signing key of the development server (see serve --dev-key)."`
}

// Help implements [kong.HelpProvider].
func (tokenCommand) Help() string {
	return `Anybody with the key can sign in as every user of every tenant of a server that runs with --dev. Other servers do not accept
the token.

Example:

  autoclaim token --user=ada --role=GLOBAL_ADMIN --ttl=1h`
}

// Run prints a development token.
func (c tokenCommand) Run(e *environment) error {
	// No server would accept a token of a new key.
	if _, err := os.Stat(c.DevKey); err != nil {
		return fmt.Errorf("there is no development key %s: run 'autoclaim serve --dev' first, or name its key with --dev-key: %w",
			shown(c.DevKey), errors.Unwrap(err))
	}

	issuer, err := auth.OpenDevIssuer(c.DevKey, time.Now)
	if err != nil {
		return err
	}

	roles := make([]auth.Role, len(c.Role))

	for i, name := range c.Role {
		roles[i] = auth.Role(name)
		if auth.NewRoles(roles[i]) == 0 {
			return fmt.Errorf("--role %q: unknown role; use one of %v", name, auth.AllRoles())
		}
	}

	token, err := issuer.Sign(auth.Identity{
		TenantExternalID: c.Tenant, UserExternalID: c.User, DisplayName: c.User, Roles: auth.NewRoles(roles...),
	}, c.TTL)
	if err != nil {
		return err
	}

	e.say("%s", token)

	return nil
}
