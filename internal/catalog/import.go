package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Result is what an import changed, or would change.
type Result struct {
	File *File
	// AddedProducts and the other lists have codes and names for the operator to read.
	AddedProducts, ChangedProducts       []string
	AddedApps, ChangedApps               []string
	AddedProductApps, RemovedProductApps int
	// KeptProductApps counts product apps of the catalog that the file does not have, but that stay: rows of their
	// products could not be read, and may have them.
	KeptProductApps int
	// AbsentProducts counts products of the catalog that are not in the file. They stay, since licenses refer to them.
	AbsentProducts int
	// Impact is what the changes mean for tenants.
	Impact Impact
	// DryRun says that nothing was changed.
	DryRun bool
}

// Options configure an import.
type Options struct {
	// Claimable names apps, by code or vendor id, that users can claim licenses for from now on.
	Claimable []string
	// DryRun asks for the result without any change.
	DryRun bool
}

// Import changes the catalog to match the file, in one transaction. A product of the file gets exactly the apps that
// the file lists for it; if a row of it could not be read, it keeps its other apps too. Importing the same file again
// changes nothing. Import refuses a claimable app that is neither in the catalog nor in the file.
func Import(ctx context.Context, db *store.Store, file *File, options Options, at time.Time) (Result, error) {
	var result Result

	err := db.ChangeCatalogInTx(ctx, func(tx store.CatalogTx) (store.CatalogChanges, error) {
		// The store may call this more than once.
		p := planner{at: at, file: file, result: Result{File: file, DryRun: options.DryRun}}
		p.planApps(tx.Catalog(), file.Apps)
		p.planProducts(tx.Catalog(), file.Products)

		if err := p.markClaimable(tx.Catalog(), options.Claimable); err != nil {
			return store.CatalogChanges{}, err
		}

		impact, err := findImpact(ctx, tx, p.changes)
		if err != nil {
			return store.CatalogChanges{}, err
		}

		result = p.result
		result.Impact = impact

		if options.DryRun {
			return store.CatalogChanges{}, nil
		}

		return p.changes, nil
	})
	if err != nil {
		return Result{}, fmt.Errorf("import the catalog: %w", err)
	}

	return result, nil
}

// SetClaimable makes apps claimable or not. They are named by code or vendor id. Existing policies stay.
func SetClaimable(ctx context.Context, db *store.Store, apps []string, claimable bool) error {
	err := db.ChangeCatalog(ctx, func(current *licensing.Catalog) (changes store.CatalogChanges, err error) {
		for _, name := range apps {
			app, err := current.FindApp(name)
			if err != nil {
				return changes, err
			}

			if app.Claimable != claimable {
				app.Claimable = claimable
				changes.Apps = append(changes.Apps, app)
			}
		}

		return changes, nil
	})
	if err != nil {
		return fmt.Errorf("mark apps: %w", err)
	}

	return nil
}
