// Package demo creates the data that a development server starts with: a tenant with subscriptions, and the people
// who can sign in to it.
package demo

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
)

// TenantExternalID is the external id of the demo tenant.
const TenantExternalID = "demo"

const adminExternalID = "demo-admin"

// Callers returns one caller of the demo tenant for each role, and one without a role.
func Callers() []auth.Identity {
	callers := []auth.Identity{
		{UserExternalID: adminExternalID, DisplayName: "Ada Admin", Roles: auth.NewRoles(auth.RoleGlobalAdmin)},
		{UserExternalID: "demo-reader", DisplayName: "Rita Reader", Roles: auth.NewRoles(auth.RoleGlobalReader)},
		{UserExternalID: "demo-reports", DisplayName: "Rob Reports", Roles: auth.NewRoles(auth.RoleReportsReader)},
		{UserExternalID: devprovider.SignInUser, DisplayName: "Sign-in", Roles: auth.NewRoles(auth.RoleSignInService)},
		{UserExternalID: "demo-user", DisplayName: "Uma User"},
	}
	for i := range callers {
		callers[i].TenantExternalID = TenantExternalID
	}

	return callers
}

// People returns the callers who are people, not services.
func People() []auth.Identity {
	var people []auth.Identity

	for _, caller := range Callers() {
		if !caller.Roles.Has(auth.RoleSignInService) {
			people = append(people, caller)
		}
	}

	return people
}

// Fill imports the sample catalog if the database has no products, and creates the demo tenant with its
// subscriptions if it does not exist. It changes nothing else, so it can be repeated.
func Fill(ctx context.Context, db *store.Store) error {
	if err := fill(ctx, db); err != nil {
		return fmt.Errorf("set up the demo: %w", err)
	}

	return nil
}

func fill(ctx context.Context, db *store.Store) error {
	current, err := db.Catalog(ctx)
	if err != nil {
		return err
	}

	if len(current.Products()) == 0 {
		if err := importCatalog(ctx, db); err != nil {
			return err
		}
	}

	if _, err := db.TenantByExternalID(ctx, TenantExternalID); !licensing.IsNotFound(err) {
		return err
	}

	tenant, err := db.CreateTenant(ctx, "Demo", TenantExternalID, time.Now())
	if err != nil {
		return err
	}

	return createSubscriptions(ctx, db, tenant.ID)
}

func importCatalog(ctx context.Context, db *store.Store) error {
	file, err := catalog.Read(catalog.Sample())
	if err != nil {
		return err
	}

	_, err = catalog.Import(ctx, db, file, catalog.Options{Claimable: []string{"TEAMS1"}}, time.Now())

	return err
}

func createSubscriptions(ctx context.Context, db *store.Store, tenant licensing.ID) error {
	current, err := db.Catalog(ctx)
	if err != nil {
		return err
	}

	// Small quantities, so that it is easy to see a pool run out.
	quantities := map[string]int{"SPE_E3": 5, "ENTERPRISEPACK": 3, "O365_BUSINESS_ESSENTIALS": 2, "VISIOCLIENT": 10}
	actions := admin.New(db, time.Now)
	actor := admin.Actor{TenantID: tenant, ExternalID: adminExternalID, RequestID: "demo"}

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
