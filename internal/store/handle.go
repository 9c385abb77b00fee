package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// Handle reads one tenant's data. It is a value, cheap to make and safe for concurrent use.
type Handle struct {
	db       *gorm.DB
	tenant   licensing.ID
	database Database
	// turns may be nil: then queries run at once.
	turns Turns
}

// TenantID is whose data the handle reads.
func (h Handle) TenantID() licensing.ID { return h.tenant }

// from begins a query of a table of the tenant.
func (h Handle) from(ctx context.Context, model any) *gorm.DB {
	return h.begin(ctx).Model(model).Where("tenant_id = ?", h.tenant)
}

// begin begins a query, which runs when it is the tenant's turn.
func (h Handle) begin(ctx context.Context) *gorm.DB {
	if h.turns != nil {
		ctx = context.WithValue(ctx, turnKey{}, turn{h.turns, h.tenant})
	}

	return h.db.WithContext(ctx)
}

// anyOf is a condition that holds where the column is one of the ids.
func (h Handle) anyOf(column string, ids []licensing.ID) clause.Expr {
	return h.database.AnyOf(column, ids)
}

// Tx reads and writes one tenant's data within a transaction. It must not be used concurrently.
type Tx struct {
	Handle

	store  *Store
	change livefeed.Change
}

// Catalog returns the catalog as the transaction sees it.
func (tx *Tx) Catalog(ctx context.Context) (*licensing.Catalog, error) {
	return tx.store.catalogSeenBy(tx.db.WithContext(ctx))
}

// locking begins a query whose rows no other transaction can change or lock until this one ends.
func (tx *Tx) locking(ctx context.Context, model any) *gorm.DB {
	return tx.database.LockRows(tx.from(ctx, model))
}

// insert adds rows of one table.
func insert[Row any](ctx context.Context, tx *Tx, rows ...Row) error {
	if len(rows) == 0 {
		return nil
	}

	if err := tx.db.WithContext(ctx).Create(&rows).Error; err != nil {
		return fmt.Errorf("insert into %T: %w", rows, err)
	}

	return nil
}

// one returns the only row of the query, or [licensing.ErrNotFound]. what names the object in errors.
func one[Row any](query *gorm.DB, what string) (Row, error) {
	var rows []Row
	if err := query.Limit(1).Find(&rows).Error; err != nil {
		var none Row

		return none, fmt.Errorf("read %s: %w", what, err)
	}

	if len(rows) == 0 {
		var none Row

		return none, fmt.Errorf("%s: %w", what, licensing.ErrNotFound)
	}

	return rows[0], nil
}

// all returns the rows of the query as domain objects. what names them in errors.
func all[Row interface{ domain() T }, T any](query *gorm.DB, what string) ([]T, error) {
	var rows []Row
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}

	items := make([]T, len(rows))
	for i, row := range rows {
		items[i] = row.domain()
	}

	return items, nil
}

// whereEqual restricts a query to rows in which the column has the value; nil restricts nothing.
func whereEqual[V any](query *gorm.DB, column string, value *V) *gorm.DB {
	if value == nil {
		return query
	}

	return query.Where(column+" = ?", *value)
}
