package licensing

import (
	"cmp"
	"slices"
	"strings"
)

// Catalog holds all apps and products, and which apps each product includes. It is the same for all
// tenants. It never changes, and is safe for concurrent use.
type Catalog struct {
	// Version rises with each import, so that two catalogs of one database with the same version are equal.
	Version int64

	apps        []App     // by folded name, then id
	products    []Product // by folded name, then id
	appByID     map[ID]App
	appsByName  map[string][]App // by folded code, and by vendor id
	productByID map[ID]*Product
	includes    map[ProductApp]struct{}
	appsOf      map[ID][]App
}

// NewCatalog indexes a catalog. Product apps that name an unknown app or product are ignored.
func NewCatalog(version int64, apps []App, products []Product, productApps []ProductApp) *Catalog {
	c := &Catalog{
		Version:     version,
		apps:        slices.Clone(apps),
		products:    slices.Clone(products),
		appByID:     make(map[ID]App, len(apps)),
		appsByName:  make(map[string][]App, 2*len(apps)), // Code and vendor id.
		productByID: make(map[ID]*Product, len(products)),
		includes:    make(map[ProductApp]struct{}, len(productApps)),
		appsOf:      make(map[ID][]App, len(products)),
	}
	slices.SortFunc(c.apps, func(a, b App) int { return compareNamed(a.Name, a.ID, b.Name, b.ID) })
	slices.SortFunc(c.products, func(a, b Product) int { return compareNamed(a.Name, a.ID, b.Name, b.ID) })

	for _, app := range c.apps {
		c.appByID[app.ID] = app

		for _, name := range []string{Fold(app.Code), app.VendorID.String()} {
			c.appsByName[name] = append(c.appsByName[name], app)
		}
	}

	for i := range c.products {
		c.productByID[c.products[i].ID] = &c.products[i]
	}

	for _, productApp := range productApps {
		app, known := c.appByID[productApp.AppID]
		if _, repeated := c.includes[productApp]; known && !repeated {
			c.includes[productApp] = struct{}{}
			c.appsOf[productApp.ProductID] = append(c.appsOf[productApp.ProductID], app)
		}
	}

	for _, apps := range c.appsOf {
		slices.SortFunc(apps, func(a, b App) int { return compareNamed(a.Name, a.ID, b.Name, b.ID) })
	}

	return c
}

func compareNamed(nameA string, idA ID, nameB string, idB ID) int {
	return cmp.Or(strings.Compare(Fold(nameA), Fold(nameB)), CompareIDs(idA, idB))
}

// Apps returns all apps by name. The caller must not change the slice.
func (c *Catalog) Apps() []App { return c.apps }

// Products returns all products by name. The caller must not change the slice.
func (c *Catalog) Products() []Product { return c.products }

// App returns the app with this id.
func (c *Catalog) App(id ID) (App, bool) {
	app, ok := c.appByID[id]

	return app, ok
}

// Product returns the product with this id.
func (c *Catalog) Product(id ID) (Product, bool) {
	product, ok := c.productByID[id]
	if !ok {
		return Product{}, false
	}

	return *product, true
}

// ProductAt returns a pointer to the catalog's own copy of the product, or nil. The caller must not change it.
func (c *Catalog) ProductAt(id ID) *Product { return c.productByID[id] }

// Includes says whether the product includes the app.
func (c *Catalog) Includes(productID, appID ID) bool {
	_, ok := c.includes[ProductApp{ProductID: productID, AppID: appID}]

	return ok
}

// AppsOf returns the product's apps by name. The caller must not change the slice.
func (c *Catalog) AppsOf(productID ID) []App { return c.appsOf[productID] }

// FindApp returns the app with this code (ignoring case) or vendor id. If several apps have the code, it returns the
// claimable one; if there is not exactly one claimable app, it refuses and asks for the vendor id.
func (c *Catalog) FindApp(codeOrVendorID string) (App, error) {
	wanted := strings.TrimSpace(codeOrVendorID)
	matches := c.appsByName[Fold(wanted)]

	var claimable []App

	for _, app := range matches {
		if app.Claimable {
			claimable = append(claimable, app)
		}
	}

	switch {
	case len(matches) == 1:
		return matches[0], nil
	case len(claimable) == 1:
		return claimable[0], nil
	case len(matches) == 0:
		return App{}, Refuse(CodeNotFound, "app",
			"No app has the code or vendor id %.60q. Use a code such as TEAMS1, or the vendor's service plan id.", wanted)
	default:
		return App{}, Refuse(CodeAppAmbiguous, "app",
			"%d apps have the code %q. Use the vendor's service plan id instead.", len(matches), wanted)
	}
}
