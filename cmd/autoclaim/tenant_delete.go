package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

type tenantDeleteCommand struct {
	Name string        `kind:"argument" arg:"" help:"Name of the tenant."`
	Yes  bool          `env:"-" help:"Delete without asking. Otherwise the command reads the tenant's name from standard input."`
	Wait time.Duration `env:"-" range:"0s..1h" default:"10s" help:"Time to wait, before anything is deleted, until running servers no longer answer for the tenant. They look every 5 seconds."`
}

// Help implements [kong.HelpProvider].
func (tenantDeleteCommand) Help() string {
	return `Says what it deletes, and asks for the tenant's name. If it is interrupted, run it again: it goes on.

Example:

  autoclaim tenant delete Contoso`
}

// Run deletes a tenant, or goes on with a deletion that was interrupted.
func (c tenantDeleteCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenant, err := findAnyTenant(ctx, db, c.Name)
		if err != nil {
			return err
		}

		contents, err := db.For(tenant.ID).Contents(ctx)
		if err != nil {
			return err
		}

		describeDeletion(e, tenant, contents)

		if !c.Yes {
			if err := confirm(e, tenant.Name); err != nil {
				return err
			}
		}

		if err := upkeep.BeginDeletion(ctx, db, tenant.ID, time.Now()); err != nil {
			return err
		}

		e.say("Servers stop answering for the tenant. Waiting %s for them.", c.Wait)

		select {
		case <-ctx.Done():
			return errors.New("interrupted before anything was deleted; run the same command again to go on")
		case <-time.After(c.Wait):
		}

		if err := upkeep.DeleteTenant(ctx, db, tenant.ID); err != nil {
			return err
		}

		e.say("Deleted tenant %s.", tenant.Name)

		return nil
	})
}

// describeDeletion says what will be deleted.
func describeDeletion(e *environment, tenant licensing.Tenant, contents store.TenantContents) {
	last := "never"
	if contents.LastSignInAt != nil {
		last = contents.LastSignInAt.Format(time.RFC3339)
	}

	e.say("This deletes tenant %s (external id %s) and all that it has, for good:", tenant.Name, tenant.ExternalID)
	e.say("  %d users, %d active licenses, %d subscriptions, %d policies, %d claims, %d audit events",
		contents.Users, contents.ActiveLicenses, contents.Subscriptions, contents.Policies, contents.Claims, contents.AuditEvents)
	e.say("  last sign-in: %s, auto-claim: %s", last, autoClaimState(tenant))
}

// confirm reads the tenant's name.
func confirm(e *environment, name string) error {
	e.say("Type the tenant's name to delete it:")

	line, err := bufio.NewReader(e.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the confirmation: %w", err)
	}

	if strings.TrimSpace(line) != name {
		return fmt.Errorf("this is not the tenant's name, so nothing was deleted: type %s, or use --yes", name)
	}

	return nil
}
