package main

import (
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

type tokenCommand struct {
	Role   []string      `kind:"role" help:"Roles in the token: GLOBAL_ADMIN, GLOBAL_READER, REPORTS_READER or SIGN_IN_SERVICE. Default: none." placeholder:"ROLE"`
	User   string        `kind:"external-id" default:"demo-user" help:"External ID of the user."`
	Tenant string        `kind:"external-id" default:"demo" help:"External ID of the tenant."`
	TTL    time.Duration `range:"1s..8760h" default:"12h" help:"Time until the token expires." name:"ttl"`
	DevKey string        `kind:"new-file" default:"autoclaim-dev-key.json" help:"File with the signing key of the development server (see serve --dev-key)."`
}

// Run prints a development token.
func (c tokenCommand) Run(e *environment) error {
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
