package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Turns decides when a tenant's reads and admin actions may use the database. Sign-ins take no turns.
type Turns interface {
	// Take waits until a statement or a transaction of the tenant may run, and returns an error if it must not run at
	// all. Call end when it is done.
	Take(ctx context.Context, tenant licensing.ID) (end func(), err error)
}

// turnKey is the key of a [turn] in the context of a statement.
type turnKey struct{}

// turn is what a statement takes before it runs.
type turn struct {
	turns  Turns
	tenant licensing.ID
}

// takeTurns lets each query whose context has a [turn] take that turn until its rows are read.
func takeTurns(db *gorm.DB) error {
	err := db.Callback().Query().Replace("gorm:query", func(db *gorm.DB) {
		next, ok := db.Statement.Context.Value(turnKey{}).(turn)
		// A subquery is only turned into text, while its query has the turn.
		if !ok || db.DryRun || db.Error != nil {
			callbacks.Query(db)

			return
		}

		end, err := next.turns.Take(db.Statement.Context, next.tenant)
		if err != nil {
			_ = db.AddError(err) // It returns what db.Error is now.

			return
		}
		defer end()

		callbacks.Query(db)
	})
	if err != nil {
		return fmt.Errorf("add turns to queries: %w", err)
	}

	return nil
}

// InTurn runs work when it is the tenant's turn. The queries of the handle that work gets take no turns: all of work is
// one. It must not wait for anything but the database.
func (h Handle) InTurn(ctx context.Context, work func(h Handle) error) error {
	if h.turns == nil {
		return work(h)
	}

	end, err := h.turns.Take(ctx, h.tenant)
	if err != nil {
		return err
	}
	defer end()

	h.turns = nil

	return work(h)
}
