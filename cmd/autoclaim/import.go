package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/catalog"
	"github.com/autoclaim/autoclaim/internal/csvfile"
	"github.com/autoclaim/autoclaim/internal/store"
)

// importLimits are the flags of all commands that read a CSV file.
type importLimits struct {
	MaxSkipped  int   `range:"0..100" default:"10" help:"Maximum share of rows to skip because they cannot be read, in percent. If more rows cannot be read, nothing is changed. Unless it is 0, ten rows may be skipped, but not more than half."`
	MaxFileSize int64 `range:"1024..4294967296" default:"67108864" help:"Maximum size of the file, in bytes. The import takes up to 20 times as much memory."`
}

func (l importLimits) limits() csvfile.Limits {
	return csvfile.Limits{MaxFileSize: l.MaxFileSize, MaxSkipped: l.MaxSkipped}
}

type importCatalogCommand struct {
	File      string   `kind:"argument" arg:"" help:"CSV file of the vendor, - for standard input, or 'sample' for the built-in sample catalog."`
	Claimable []string `kind:"label" env:"-" help:"Codes or vendor IDs of apps to make claimable, such as TEAMS1." placeholder:"APP"`
	DryRun    bool     `env:"-" help:"Report the changes without making them, with the policies that lose an app and the products that change for users."`
	Verbose   bool     `env:"-" help:"List up to 1,000 of each kind: changed objects, policies, skipped rows, names chosen from several."`

	importLimits
}

// Help implements [kong.HelpProvider].
func (importCatalogCommand) Help() string {
	return `A row that cannot be read is skipped and listed. If there are too many, nothing is changed (--max-skipped).
See first what would change, for which policies and for which users, with --dry-run.

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

	return readFile(e, c.File, c.limits(), catalog.ReadWithin)
}

// readFile reads the named file, or standard input if the name is "-".
func readFile[T any](
	e *environment, name string, limits csvfile.Limits, read func(io.Reader, csvfile.Limits) (T, error),
) (T, error) {
	if name == "-" {
		return read(e.in, limits)
	}

	file, err := os.Open(name) //nolint:gosec // The operator names the file.
	if err != nil {
		var none T

		return none, fmt.Errorf("open the input file: %w", err)
	}

	defer func() { _ = file.Close() }() // A file that was only read loses nothing.

	return read(file, limits)
}

type importUsersCommand struct {
	File    string `kind:"argument" arg:"" help:"CSV file with the columns external_id, display_name and email, or - for standard input."`
	Tenant  string `kind:"argument" help:"Name of the tenant." required:"" env:"-" placeholder:"NAME"`
	DryRun  bool   `env:"-" help:"Report the changes without making them."`
	Verbose bool   `env:"-" help:"List up to 1,000 rows of each kind: skipped, repeated, with emails that are no addresses."`

	importLimits
}

// Help implements [kong.HelpProvider].
func (importUsersCommand) Help() string {
	return `A row that cannot be read is skipped and listed. If there are too many, nothing is changed (--max-skipped).

Example:

  autoclaim import users users.csv --tenant=Contoso`
}

// Run imports the users of a tenant.
func (c importUsersCommand) Run(e *environment) error {
	file, err := readFile(e, c.File, c.limits(), admin.ReadUsers)
	if err != nil {
		return err
	}

	return e.withStore(func(ctx context.Context, db *store.Store) error {
		tenant, err := findTenant(ctx, db, c.Tenant)
		if err != nil {
			return err
		}

		changes, err := admin.New(db, time.Now).ImportUserFile(ctx, tenant.ID, file, c.DryRun)
		if err != nil {
			return err
		}

		did := "Imported"
		if c.DryRun {
			did = "This is a dry run, and nothing was changed. Would import"
		}

		e.say("%s %d users into %s: %d added, %d changed, %d unchanged.",
			did, len(file.Users), tenant.Name, changes.Added, changes.Changed, changes.Unchanged)
		c.report(e, file)

		return nil
	})
}

// report lists what the import ignored.
func (c importUsersCommand) report(e *environment, file *admin.UserFile) {
	const few, most = 20, 1000

	for _, part := range []struct {
		title string
		notes csvfile.Notes
	}{
		{"Rows skipped, since they could not be read", file.Skipped},
		{"Rows skipped, since they repeat others", file.Repeated},
		{"Emails ignored, since they are no addresses", file.Emails},
	} {
		if part.notes.Count == 0 {
			continue
		}

		e.say("%s: %d of %d", part.title, part.notes.Count, file.Rows)

		shown := part.notes.First
		if !c.Verbose {
			shown = shown[:min(few, len(shown))]
		}

		for _, note := range shown {
			e.say("  %s", note)
		}

		if more := part.notes.Count - len(shown); more > 0 {
			e.say("  ... and %d more (--verbose shows up to %d)", more, most)
		}
	}
}
