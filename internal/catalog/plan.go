package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// planner compares the file with the catalog.
type planner struct {
	at      time.Time
	file    *File
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
		// What the file leaves empty stays as it is. A new app needs both.
		after := licensing.App{
			ID: before.ID, VendorID: app.VendorID, Code: cmp.Or(app.Code, before.Code, app.Name),
			Name: cmp.Or(app.Name, before.Name, app.Code), Claimable: before.Claimable,
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
		after := licensing.Product{
			ID: before.ID, VendorID: product.VendorID, Code: cmp.Or(product.Code, before.Code, product.Name),
			Name: cmp.Or(product.Name, before.Name, product.Code),
		}

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

		p.planProductApps(current, after.ID, product)
	}

	p.result.AbsentProducts = len(known)
}

func (p *planner) planProductApps(current *licensing.Catalog, product licensing.ID, listed Product) {
	wanted := make(map[licensing.ID]bool, len(listed.Apps))

	for _, vendorID := range listed.Apps {
		app := p.appIDs[vendorID]
		wanted[app] = true

		if !current.Includes(product, app) {
			p.changes.AddedProductApps = append(p.changes.AddedProductApps, licensing.ProductApp{ProductID: product, AppID: app})
			p.result.AddedProductApps++
		}
	}

	for _, app := range current.AppsOf(product) {
		switch {
		case wanted[app.ID]:
		case !p.file.complete(listed.VendorID):
			p.result.KeptProductApps++
		default:
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
