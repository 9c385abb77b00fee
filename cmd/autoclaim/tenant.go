package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

type tenantCreateCommand struct {
	Name       string `kind:"argument" arg:"" help:"Name of the tenant, for use by other commands."`
	ExternalID string `kind:"external-id" help:"ID of the organization in the identity provider's tokens (see serve --tenant-claim)." name:"external-id" required:"" env:"-" placeholder:"ID"`
}

// Help implements [kong.HelpProvider].
func (tenantCreateCommand) Help() string {
	return `Neither the name nor the external ID may belong to another tenant.

Example:

  autoclaim tenant create Contoso --external-id=6babcaad-604b-40ac-a9d7-9fd97c0b779f`
}

// Run creates a tenant.
func (c tenantCreateCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenant, err := db.CreateTenant(ctx, c.Name, c.ExternalID, time.Now())
		if err != nil {
			return err
		}

		e.say("Created tenant %s for tokens of organization %s. Auto-claim is off until an admin turns it on.",
			tenant.Name, tenant.ExternalID)

		return nil
	})
}

type tenantRenameCommand struct {
	Name    string `kind:"argument" arg:"" help:"Name of the tenant."`
	NewName string `kind:"argument" arg:"" help:"New name of the tenant."`
}

// Help implements [kong.HelpProvider].
func (tenantRenameCommand) Help() string {
	return `Only other commands use the name. The external ID stays.

Example:

  autoclaim tenant rename Contoso Fabrikam`
}

// Run renames a tenant.
func (c tenantRenameCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenant, err := findTenant(ctx, db, c.Name)
		if err != nil {
			return err
		}

		if err := upkeep.RenameTenant(ctx, db, tenant.ID, c.NewName, time.Now()); err != nil {
			return err
		}

		e.say("Renamed tenant %s to %s.", tenant.Name, strings.TrimSpace(c.NewName))

		return nil
	})
}

type tenantListCommand struct{}

// Help implements [kong.HelpProvider].
func (tenantListCommand) Help() string {
	return `Prints the name and the external ID of each tenant, whether auto-claim is on, and when the tenant was created (UTC).

Example:

  autoclaim tenant list`
}

// Run lists the tenants.
func (tenantListCommand) Run(e *environment) error {
	return e.withStoreForReading(func(ctx context.Context, db *store.Store) error {
		tenants, err := db.Tenants(ctx)
		if err != nil {
			return err
		}

		table := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0) // Two spaces between columns.
		_, _ = fmt.Fprintln(table, "NAME\tEXTERNAL ID\tAUTO-CLAIM\tCREATED")

		for _, t := range tenants {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n",
				t.Name, t.ExternalID, autoClaimState(t),
				t.CreatedAt.Format(time.RFC3339))
		}

		return table.Flush()
	})
}

func autoClaimState(tenant licensing.Tenant) string {
	switch {
	case tenant.DeletedAt != nil:
		return "being deleted"
	case tenant.AutoClaimEnabled:
		return "on"
	default:
		return "off"
	}
}

// findTenant returns the tenant with this name, unless it is being deleted.
func findTenant(ctx context.Context, db *store.Store, name string) (licensing.Tenant, error) {
	tenant, err := findAnyTenant(ctx, db, name)
	if err == nil && tenant.DeletedAt != nil {
		return tenant, fmt.Errorf("tenant %q is being deleted: run 'autoclaim tenant delete' to go on with that", tenant.Name)
	}

	return tenant, err
}

func findAnyTenant(ctx context.Context, db *store.Store, name string) (licensing.Tenant, error) {
	tenant, err := db.TenantByName(ctx, name)
	if licensing.IsNotFound(err) {
		return tenant, fmt.Errorf("there is no tenant named %q: run 'autoclaim tenant list' to see all", name)
	}

	return tenant, err
}
