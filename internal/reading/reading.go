// Package reading holds the named reads of a tenant's data: what the API's queries ask for, with their
// filters.
//
// An object that the tenant does not have, or that belongs to another tenant, is [licensing.ErrNotFound].
// Reads change nothing; for changes see package admin.
package reading

import (
	"context"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Service reads tenants' data. It is safe for concurrent use.
type Service struct {
	store *store.Store
}

// New returns a service that reads from an open store.
func New(db *store.Store) *Service { return &Service{store: db} }

// For returns the reads of one tenant's data, for one operation: it keeps the catalog that it has read, so
// use a new one for the next operation. Making one reads nothing.
func (s *Service) For(tenant licensing.ID) *Tenant {
	return &Tenant{store: s.store, data: s.store.For(tenant)}
}

// Tenant reads one tenant's data for one operation. Each call sees everything that was committed before
// the call began, except for the catalog, which is read once. It is safe for concurrent use.
type Tenant struct {
	store *store.Store
	data  store.Handle

	catalogOnce sync.Once
	catalog     *licensing.Catalog
	catalogErr  error
}

// Catalog returns the catalog as it was when the operation first asked for it.
func (t *Tenant) Catalog(ctx context.Context) (*licensing.Catalog, error) {
	t.catalogOnce.Do(func() { t.catalog, t.catalogErr = t.store.Catalog(ctx) })

	return t.catalog, t.catalogErr
}

// Zone returns the tenant's time zone; see [licensing.Tenant.Zone].
func (t *Tenant) Zone(ctx context.Context) (*time.Location, error) {
	tenant, err := t.data.Tenant(ctx)

	return tenant.Zone(), err
}

// Settings returns the tenant's settings.
func (t *Tenant) Settings(ctx context.Context) (licensing.Settings, error) {
	tenant, err := t.data.Tenant(ctx)

	return tenant.Settings(), err
}
