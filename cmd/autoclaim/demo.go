package main

import (
	"context"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

const (
	demoTenant   = "demo"
	demoTokenTTL = 12 * time.Hour
	// demoSignInTTL is for how long a token is good that one gets by signing in, as with real providers.
	demoSignInTTL = 10 * time.Minute
)

// demoSubscriptions are small, so that one can watch them run out.
func demoSubscriptions() map[string]int {
	return map[string]int{"SPE_E3": 5, "ENTERPRISEPACK": 3, "O365_BUSINESS_ESSENTIALS": 2, "VISIOCLIENT": 10}
}

// demoCallers are one of each kind.
func demoCallers() []auth.Identity {
	return []auth.Identity{
		{UserExternalID: "demo-admin", DisplayName: "Ada Admin", Roles: auth.NewRoles(auth.RoleGlobalAdmin)},
		{UserExternalID: "demo-reader", DisplayName: "Rita Reader", Roles: auth.NewRoles(auth.RoleGlobalReader)},
		{UserExternalID: "demo-reports", DisplayName: "Rob Reports", Roles: auth.NewRoles(auth.RoleReportsReader)},
		{UserExternalID: devprovider.SignInUser, DisplayName: "Sign-in", Roles: auth.NewRoles(auth.RoleSignInService)},
		{UserExternalID: "demo-user", DisplayName: "Uma User"},
	}
}

// serveDemo sets up what is missing of the demo, prints how to begin, and serves.
func (c serveCommand) serveDemo(e *environment) func(ctx context.Context, db *store.Store) error {
	return func(ctx context.Context, db *store.Store) error {
		if _, err := db.Migrate(ctx); err != nil {
			return err
		}

		if _, err := db.Schema(ctx); err != nil {
			return err
		}

		if err := fillDemo(ctx, db); err != nil {
			return fmt.Errorf("set up the demo: %w", err)
		}

		issuer, err := auth.OpenDevIssuer(c.DevKey, time.Now)
		if err != nil {
			return err
		}

		tokens := make(map[string]string)

		for _, caller := range demoCallers() {
			caller.TenantExternalID = demoTenant
			if tokens[caller.UserExternalID], err = issuer.Sign(caller, demoTokenTTL); err != nil {
				return err
			}
		}

		listener, err := c.listen(ctx)
		if err != nil {
			return err
		}

		url := "http://" + listener.Addr().String()
		e.introduce(url, tokens)

		pages, err := c.demoPages(url, issuer, tokens)
		if err != nil {
			return err
		}

		return c.serve(ctx, e, db, issuer.Verifier(demoIssuer(url)), pages, listener)
	}
}

// fillDemo adds the sample catalog to an empty one, and the demo tenant with its subscriptions.
func fillDemo(ctx context.Context, db *store.Store) error {
	current, err := db.Catalog(ctx)
	if err != nil {
		return err
	}

	if len(current.Products()) == 0 {
		file, err := catalog.Read(catalog.Sample())
		if err != nil {
			return err
		}

		if _, err := catalog.Import(ctx, db, file, catalog.Options{Claimable: []string{"TEAMS1"}}, time.Now()); err != nil {
			return err
		}
	}

	if _, err := db.TenantByExternalID(ctx, demoTenant); !licensing.IsNotFound(err) {
		return err
	}

	tenant, err := db.CreateTenant(ctx, "Demo", demoTenant, time.Now())
	if err != nil {
		return err
	}

	return buyDemo(ctx, db, tenant.ID)
}

func buyDemo(ctx context.Context, db *store.Store, tenant licensing.ID) error {
	current, err := db.Catalog(ctx)
	if err != nil {
		return err
	}

	actions := admin.New(db, time.Now)
	actor := admin.Actor{TenantID: tenant, ExternalID: "demo-admin", RequestID: "demo"}
	quantities := demoSubscriptions()

	for _, product := range current.Products() {
		quantity, wanted := quantities[product.Code]
		if !wanted {
			continue
		}

		_, err := actions.CreateSubscription(ctx, actor, product.ID, quantity, licensing.SubscriptionActive)
		if err != nil {
			return err
		}
	}

	return nil
}

func playgroundCallers(tokens map[string]string) []playground.Caller {
	callers := make([]playground.Caller, 0, len(tokens))

	for _, caller := range demoCallers() {
		callers = append(callers, playground.Caller{
			Name: caller.DisplayName, Role: roleName(caller), Token: tokens[caller.UserExternalID],
		})
	}

	return callers
}

func roleName(caller auth.Identity) string {
	if roles := caller.Roles.List(); len(roles) > 0 {
		return string(roles[0])
	}

	return "no role"
}

// introduce tells somebody who has just started the server what to do next.
func (e *environment) introduce(url string, tokens map[string]string) {
	e.say("\nTokens of the demo tenant, good for %v:\n", demoTokenTTL)

	for _, caller := range demoCallers() {
		e.say("%s (%s)\n%s\n", caller.UserExternalID, roleName(caller), tokens[caller.UserExternalID])
	}

	if console.Built() {
		e.say("Console: %s%s\nSign in as one of the people above; no password is asked for.\n", url, console.Path)
	}

	e.say("Playground: %s%s\nIt has an example of each action in a tab of its own, and a menu of whom to act as.\n",
		url, playground.Path)
}
