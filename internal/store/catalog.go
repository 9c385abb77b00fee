package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// insertChunk keeps statements well below the databases' limits on parameters.
const insertChunk = 500

func catalogVersion(query *gorm.DB) (int64, error) {
	row, err := one[catalogStateRow](query, "the catalog's version")

	return row.Version, err
}

// Catalog returns the catalog as it is in the database now. It is cached, and read again only after a change. The
// caller must not change it.
func (s *Store) Catalog(ctx context.Context) (*licensing.Catalog, error) {
	return s.catalogSeenBy(s.database.Reader().WithContext(ctx))
}

// catalogSeenBy returns the catalog of the state that db sees.
func (s *Store) catalogSeenBy(db *gorm.DB) (*licensing.Catalog, error) {
	version, err := catalogVersion(db)
	if err != nil {
		return nil, err
	}

	return s.catalogSince(db, version)
}

// CatalogSince returns the catalog at this version or at a later one, from the cache if possible. The caller must not
// change it.
func (s *Store) CatalogSince(ctx context.Context, version int64) (*licensing.Catalog, error) {
	return s.catalogSince(s.database.SignInReader().WithContext(ctx), version)
}

func (s *Store) catalogSince(db *gorm.DB, version int64) (*licensing.Catalog, error) {
	s.catalogMu.Lock()
	known := s.catalog
	s.catalogMu.Unlock()

	if known != nil && known.Version >= version {
		return known, nil
	}

	// An import may commit between the reads of the version and of the catalog. Then the catalog is newer than its
	// version says, and is read once more than necessary.
	catalog, err := loadCatalog(db, version)
	if err != nil {
		return nil, err
	}

	s.catalogMu.Lock()
	defer s.catalogMu.Unlock()

	if s.catalog == nil || s.catalog.Version < version {
		s.catalog = catalog
	}

	return catalog, nil
}

func loadCatalog(db *gorm.DB, version int64) (*licensing.Catalog, error) {
	apps, err := all[appRow](db, "the apps")
	if err != nil {
		return nil, err
	}

	products, err := all[productRow](db, "the products")
	if err != nil {
		return nil, err
	}

	productApps, err := all[productAppRow](db, "the products' apps")
	if err != nil {
		return nil, err
	}

	return licensing.NewCatalog(version, apps, products, productApps), nil
}

// CatalogChanges are new and changed apps and products, by id, and the product apps to add and to remove.
type CatalogChanges struct {
	Apps               []licensing.App
	Products           []licensing.Product
	AddedProductApps   []licensing.ProductApp
	RemovedProductApps []licensing.ProductApp
}

// Empty says whether there are no changes.
func (c CatalogChanges) Empty() bool {
	return len(c.Apps)+len(c.Products)+len(c.AddedProductApps)+len(c.RemovedProductApps) == 0
}

// ChangeCatalog calls decide with the current catalog and makes all the changes that decide returns, in one
// transaction. One process changes the catalog at a time; others wait. The catalog's version rises if anything changed.
// If the transaction conflicts with another, it runs again, and decide is called again. If decide returns an error,
// ChangeCatalog returns it and changes nothing.
func (s *Store) ChangeCatalog(
	ctx context.Context, decide func(current *licensing.Catalog) (CatalogChanges, error),
) error {
	return s.ChangeCatalogInTx(ctx, func(tx CatalogTx) (CatalogChanges, error) { return decide(tx.Catalog()) })
}

// ChangeCatalogInTx is [Store.ChangeCatalog] for a decision that depends on how tenants use the catalog.
func (s *Store) ChangeCatalogInTx(ctx context.Context, decide func(tx CatalogTx) (CatalogChanges, error)) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		version, err := catalogVersion(s.database.LockRows(db))
		if err != nil {
			return err
		}

		current, err := loadCatalog(db, version)
		if err != nil {
			return err
		}

		changes, err := decide(CatalogTx{db: db, database: s.database, catalog: current})
		if err != nil || changes.Empty() {
			return err
		}

		if err := saveCatalog(db, changes); err != nil {
			return err
		}

		err = db.Model(&catalogStateRow{}).Where("id = 1").Update("version", version+1).Error
		if err != nil {
			return fmt.Errorf("raise the catalog's version: %w", err)
		}

		return nil
	})
}

func saveCatalog(db *gorm.DB, changes CatalogChanges) error {
	upsert := db.Clauses(clause.OnConflict{UpdateAll: true})

	apps := make([]appRow, len(changes.Apps))
	for i, app := range changes.Apps {
		apps[i] = appRow(app)
	}

	products := make([]productRow, len(changes.Products))
	for i, product := range changes.Products {
		products[i] = productRow(product)
	}

	productApps := make([]productAppRow, len(changes.AddedProductApps))
	for i, added := range changes.AddedProductApps {
		productApps[i] = productAppRow(added)
	}

	for _, rows := range []any{apps, products, productApps} {
		if err := upsert.CreateInBatches(rows, insertChunk).Error; err != nil {
			return fmt.Errorf("save the catalog: %w", err)
		}
	}

	for _, removed := range changes.RemovedProductApps {
		row := productAppRow(removed)
		if err := db.Delete(&row).Error; err != nil {
			return fmt.Errorf("remove an app from a product: %w", err)
		}
	}

	return nil
}
