package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/store"
)

type importCatalogCommand struct {
	File      string   `arg:"" help:"The vendor's CSV file, - for standard input, or 'sample' for the small catalog that comes with the program."`
	Claimable []string `help:"Apps that users can claim licenses for, by code or vendor id, such as TEAMS1." placeholder:"APP"`
	DryRun    bool     `help:"Tell what would change, and change nothing."`
	Verbose   bool     `help:"List every changed object, skipped row and chosen name."`
}

// Run imports the catalog.
func (c importCatalogCommand) Run(e *environment) error {
	file, err := c.read()
	if err != nil {
		return err
	}

	return e.withStore(func(ctx context.Context, db *store.Store) error {
		result, err := catalog.Import(ctx, db, file,
			catalog.Options{Claimable: c.Claimable, DryRun: c.DryRun}, time.Now())
		if err != nil {
			return err
		}

		result.WriteReport(e.out, c.Verbose)

		return nil
	})
}

func (c importCatalogCommand) read() (*catalog.File, error) {
	if c.File == "sample" {
		return catalog.Read(catalog.Sample())
	}

	return readFile(c.File, catalog.Read)
}

// readFile reads a file, or standard input where the name is "-".
func readFile[T any](name string, read func(io.Reader) (T, error)) (T, error) {
	if name == "-" {
		return read(os.Stdin)
	}

	file, err := os.Open(name) //nolint:gosec // The operator names the file.
	if err != nil {
		var none T

		return none, fmt.Errorf("open the file: %w", err)
	}

	defer func() { _ = file.Close() }() // It was only read.

	return read(file)
}

type importUsersCommand struct {
	File   string `arg:"" help:"A CSV file with the columns external_id, display_name and email, or - for standard input."`
	Tenant string `help:"The tenant's name." required:""`
}

// Run imports users.
func (c importUsersCommand) Run(e *environment) error {
	users, err := readFile(c.File, admin.ReadUsers)
	if err != nil {
		return err
	}

	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenant, err := findTenant(ctx, db, c.Tenant)
		if err != nil {
			return err
		}

		if err := admin.New(db, time.Now).ImportUsers(ctx, tenant.ID, users); err != nil {
			return err
		}

		e.say("Imported %d users into %s.", len(users), tenant.Name)

		return nil
	})
}

type appListCommand struct{}

// Run lists the claimable apps.
func (appListCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
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
	Apps []string `arg:"" help:"Apps by code or vendor id, such as TEAMS1."`
	Off  bool     `help:"Make them no longer claimable. Policies that exist stay."`
}

// Run makes apps claimable or not.
func (c appClaimableCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		if err := catalog.SetClaimable(ctx, db, c.Apps, !c.Off); err != nil {
			return err
		}

		return appListCommand{}.Run(e)
	})
}
