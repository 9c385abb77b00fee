package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

type tenantCreateCommand struct {
	Name       string `arg:"" help:"A name for the operator's use."`
	ExternalID string `help:"The identity provider's id of the organization, as its tokens carry it." name:"external-id" required:""`
}

// Run creates a tenant.
func (c tenantCreateCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenant, err := db.CreateTenant(ctx, c.Name, c.ExternalID, time.Now())
		if err != nil {
			return err
		}

		e.say("Created the tenant %s for tokens of organization %s. Auto-claim is off until an admin turns it on.",
			tenant.Name, tenant.ExternalID)

		return nil
	})
}

type tenantListCommand struct{}

// Run lists the tenants.
func (tenantListCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenants, err := db.Tenants(ctx)
		if err != nil {
			return err
		}

		table := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0) // Two spaces between columns.
		_, _ = fmt.Fprintln(table, "NAME\tEXTERNAL ID\tAUTO-CLAIM\tCREATED")

		for _, t := range tenants {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n",
				t.Name, t.ExternalID, map[bool]string{true: "on", false: "off"}[t.AutoClaimEnabled],
				t.CreatedAt.Format(time.RFC3339))
		}

		return table.Flush()
	})
}

func findTenant(ctx context.Context, db *store.Store, name string) (licensing.Tenant, error) {
	tenant, err := db.TenantByName(ctx, name)
	if licensing.IsNotFound(err) {
		return tenant, fmt.Errorf("there is no tenant %q: see 'autoclaim tenant list'", name)
	}

	return tenant, err
}

type tokenCommand struct {
	Role   []string      `help:"Roles of the bearer: GLOBAL_ADMIN, GLOBAL_READER, REPORTS_READER or SIGN_IN_SERVICE." placeholder:"ROLE"`
	User   string        `default:"demo-user" help:"The identity provider's id of the user."`
	Tenant string        `default:"demo" help:"The identity provider's id of the organization."`
	TTL    time.Duration `default:"12h" help:"How long the token is good." name:"ttl"`
	DevKey string        `default:"autoclaim-dev-key.json" help:"The server's file with the development key."`
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
			return fmt.Errorf("there is no role %q: use one of %v", name, auth.AllRoles())
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
