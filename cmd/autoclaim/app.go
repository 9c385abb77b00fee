package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/store"
)

type appListCommand struct{}

// Help implements [kong.HelpProvider].
func (appListCommand) Help() string {
	return `Prints the code, the vendor's ID and the name of each app for which policies may be created.

Example:

  autoclaim app list`
}

// Run lists the claimable apps.
func (appListCommand) Run(e *environment) error {
	return e.withStoreForReading(func(ctx context.Context, db *store.Store) error {
		current, err := db.Catalog(ctx)
		if err != nil {
			return err
		}

		table := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0) // Two spaces between columns.
		_, _ = fmt.Fprintln(table, "CODE\tVENDOR ID\tNAME")

		for _, app := range current.Apps() {
			if app.Claimable {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", app.Code, app.VendorID, app.Name)
			}
		}

		return table.Flush()
	})
}

type appClaimableCommand struct {
	Apps []string `kind:"argument" arg:"" help:"Codes or vendor IDs of apps, such as TEAMS1."`
	Off  bool     `env:"-" help:"Make the apps no longer claimable. Existing policies stay."`
}

// Help implements [kong.HelpProvider].
func (appClaimableCommand) Help() string {
	return `Prints the claimable apps afterwards. If an app is unknown, nothing changes.

Examples:

  autoclaim app claimable TEAMS1 EXCHANGE_S_STANDARD
  autoclaim app claimable --off TEAMS1`
}

// Run makes apps claimable or not, then lists the claimable apps.
func (c appClaimableCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		if err := catalog.SetClaimable(ctx, db, c.Apps, !c.Off); err != nil {
			return err
		}

		return appListCommand{}.Run(e)
	})
}
