package catalog

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

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
	// AbsentProducts counts products of the catalog that are not in the file. They stay, since licenses refer to them.
	AbsentProducts int
}

// Options configure an import.
type Options struct {
	// Claimable names apps, by code or vendor id, that users can claim licenses for from now on.
	Claimable []string
	// DryRun asks for the result without any change.
	DryRun bool
}

// Import changes the catalog to match the file, in one transaction. A product of the file gets exactly the apps that
// the file lists for it. Importing the same file again changes nothing. Import refuses a claimable app that is
// neither in the catalog nor in the file.
func Import(ctx context.Context, db *store.Store, file *File, options Options, at time.Time) (Result, error) {
	var result Result

	err := db.ChangeCatalog(ctx, func(current *licensing.Catalog) (store.CatalogChanges, error) {
		// The store may call this more than once.
		p := planner{at: at, result: Result{File: file}}
		p.planApps(current, file.Apps)
		p.planProducts(current, file.Products)

		if err := p.markClaimable(current, options.Claimable); err != nil {
			return store.CatalogChanges{}, err
		}

		result = p.result

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

// planner compares the file with the catalog.
type planner struct {
	at      time.Time
	changes store.CatalogChanges
	result  Result
	appIDs  map[uuid.UUID]licensing.ID
}

func (p *planner) planApps(current *licensing.Catalog, apps []App) {
	known := make(map[uuid.UUID]licensing.App)
	for _, app := range current.Apps() {
		known[app.VendorID] = app
	}

	p.appIDs = make(map[uuid.UUID]licensing.ID, len(apps))

	for _, app := range apps {
		before, exists := known[app.VendorID]
		after := licensing.App{
			ID: before.ID, VendorID: app.VendorID, Code: app.Code, Name: app.Name, Claimable: before.Claimable,
		}

		switch {
		case !exists:
			after.ID = licensing.NewID(p.at)
			p.result.AddedApps = append(p.result.AddedApps, after.Code)
		case before != after:
			p.result.ChangedApps = append(p.result.ChangedApps, renamed(before.Code, before.Name, after.Code, after.Name))
		}

		if before != after {
			p.changes.Apps = append(p.changes.Apps, after)
		}

		p.appIDs[app.VendorID] = after.ID
	}
}

func (p *planner) planProducts(current *licensing.Catalog, products []Product) {
	known := make(map[uuid.UUID]licensing.Product)
	for _, product := range current.Products() {
		known[product.VendorID] = product
	}

	for _, product := range products {
		before, exists := known[product.VendorID]
		after := licensing.Product{ID: before.ID, VendorID: product.VendorID, Code: product.Code, Name: product.Name}

		delete(known, product.VendorID)

		switch {
		case !exists:
			after.ID = licensing.NewID(p.at)
			p.result.AddedProducts = append(p.result.AddedProducts, after.Code)
		case before != after:
			p.result.ChangedProducts = append(p.result.ChangedProducts,
				renamed(before.Code, before.Name, after.Code, after.Name))
		}

		if before != after {
			p.changes.Products = append(p.changes.Products, after)
		}

		p.planProductApps(current, after.ID, product.Apps)
	}

	p.result.AbsentProducts = len(known)
}

func (p *planner) planProductApps(current *licensing.Catalog, product licensing.ID, apps []uuid.UUID) {
	wanted := make(map[licensing.ID]bool, len(apps))

	for _, vendorID := range apps {
		app := p.appIDs[vendorID]
		wanted[app] = true

		if !current.Includes(product, app) {
			p.changes.AddedProductApps = append(p.changes.AddedProductApps, licensing.ProductApp{ProductID: product, AppID: app})
			p.result.AddedProductApps++
		}
	}

	for _, app := range current.AppsOf(product) {
		if !wanted[app.ID] {
			p.changes.RemovedProductApps = append(p.changes.RemovedProductApps, licensing.ProductApp{ProductID: product, AppID: app.ID})
			p.result.RemovedProductApps++
		}
	}
}

// markClaimable marks apps as claimable. It looks them up in the catalog as it will be after the import.
func (p *planner) markClaimable(current *licensing.Catalog, names []string) error {
	apps := make(map[licensing.ID]licensing.App)
	for _, app := range slices.Concat(current.Apps(), p.changes.Apps) {
		apps[app.ID] = app
	}

	list := make([]licensing.App, 0, len(apps))
	for _, app := range apps {
		list = append(list, app)
	}

	after := licensing.NewCatalog(0, list, nil, nil)

	for _, name := range names {
		app, err := after.FindApp(name)
		if err != nil {
			return err
		}

		if app.Claimable {
			continue
		}

		app.Claimable = true

		p.changes.Apps = slices.DeleteFunc(p.changes.Apps, func(a licensing.App) bool { return a.ID == app.ID })
		p.changes.Apps = append(p.changes.Apps, app)
	}

	return nil
}

func renamed(codeBefore, nameBefore, codeAfter, nameAfter string) string {
	return fmt.Sprintf("%s %q is now %s %q", codeBefore, nameBefore, codeAfter, nameAfter)
}

// WriteReport writes what an import did, for the operator. It lists the first few notes of each kind, or all of them
// if verbose is true.
func (r Result) WriteReport(w io.Writer, verbose bool) {
	f := r.File
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }

	say("Read %d rows: %d products, %d apps, %d product apps.", f.Rows, len(f.Products), len(f.Apps), f.ProductApps())
	say("Products: %d added, %d changed, %d unchanged; %d others are not in the file and stay as they are.",
		len(r.AddedProducts), len(r.ChangedProducts),
		len(f.Products)-len(r.AddedProducts)-len(r.ChangedProducts), r.AbsentProducts)
	say("Apps: %d added, %d changed, %d unchanged.",
		len(r.AddedApps), len(r.ChangedApps), len(f.Apps)-len(r.AddedApps)-len(r.ChangedApps))
	say("Product apps: %d added, %d removed, %d unchanged.", r.AddedProductApps, r.RemovedProductApps, f.ProductApps()-r.AddedProductApps)

	lines := func(notes []Note) []string {
		texts := make([]string, len(notes))
		for i, note := range notes {
			texts[i] = fmt.Sprintf("line %d: %s", note.Line, note.Text)
		}

		return texts
	}

	for _, part := range []struct {
		title string
		items []string
	}{
		{"Changed products", r.ChangedProducts},
		{"Changed apps", r.ChangedApps},
		{"Rows skipped, since they repeat others", lines(f.Skipped)},
		{"Names chosen from several (the most frequent one)", lines(f.Chosen)},
	} {
		const few = 5

		shown := part.items
		if !verbose && len(shown) > few {
			shown = shown[:few]
		}

		say("%s: %d", part.title, len(part.items))

		for _, item := range shown {
			say("  %s", item)
		}

		if hidden := len(part.items) - len(shown); hidden > 0 {
			say("  ... and %d more (--verbose shows them)", hidden)
		}
	}
}
