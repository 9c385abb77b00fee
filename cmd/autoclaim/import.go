package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/store"
)

type importCatalogCommand struct {
	File      string   `kind:"argument" arg:"" help:"CSV file of the vendor, - for standard input, or 'sample' for the built-in sample catalog."`
	Claimable []string `kind:"label" env:"-" help:"Codes or vendor IDs of apps to make claimable, such as TEAMS1." placeholder:"APP"`
	DryRun    bool     `env:"-" help:"Report the changes without making them."`
	Verbose   bool     `env:"-" help:"List each changed object, each skipped row and each name chosen from several."`
}

// Help implements [kong.HelpProvider].
func (importCatalogCommand) Help() string {
	return `A file that cannot be read changes nothing. See first what would change with --dry-run.

Examples:

  autoclaim import catalog licensing-service-plans.csv --dry-run
  autoclaim import catalog licensing-service-plans.csv --claimable=TEAMS1
  autoclaim import catalog sample`
}

// Run imports the catalog.
func (c importCatalogCommand) Run(e *environment) error {
	file, err := c.read(e)
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

func (c importCatalogCommand) read(e *environment) (*catalog.File, error) {
	if c.File == "sample" {
		return catalog.Read(catalog.Sample())
	}

	return readFile(e, c.File, catalog.Read)
}

// readFile reads the named file, or standard input if the name is "-".
func readFile[T any](e *environment, name string, read func(io.Reader) (T, error)) (T, error) {
	if name == "-" {
		return read(e.in)
	}

	file, err := os.Open(name) //nolint:gosec // The operator names the file.
	if err != nil {
		var none T

		return none, fmt.Errorf("open the input file: %w", err)
	}

	defer func() { _ = file.Close() }() // A file that was only read loses nothing.

	return read(file)
}

type importUsersCommand struct {
	File   string `kind:"argument" arg:"" help:"CSV file with the columns external_id, display_name and email, or - for standard input."`
	Tenant string `kind:"argument" help:"Name of the tenant." required:"" env:"-" placeholder:"NAME"`
}

// Help implements [kong.HelpProvider].
func (importUsersCommand) Help() string {
	return `A file with an error changes nothing.

Example:

  autoclaim import users users.csv --tenant=Contoso`
}

// Run imports the users of a tenant.
func (c importUsersCommand) Run(e *environment) error {
	users, err := readFile(e, c.File, admin.ReadUsers)
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
