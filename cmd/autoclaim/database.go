package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/store"
)

// errSchema asks for a migration.
var errSchema = errors.New("the database's schema is not the one of this version: run 'autoclaim migrate' first")

// withStore opens the database, checks its schema, and closes it after work.
func (e *environment) withStore(work func(ctx context.Context, db *store.Store) error) error {
	return e.withDatabase(func(ctx context.Context, db *store.Store) error {
		migrated, err := db.Migrated(ctx)
		if err != nil {
			return fmt.Errorf("check the schema: %w", err)
		}

		if !migrated {
			return errSchema
		}

		return work(ctx, db)
	})
}

// withDatabase opens the database, whatever its schema, and closes it after work.
func (e *environment) withDatabase(work func(ctx context.Context, db *store.Store) error) error {
	db, err := store.Open(e.context, e.databaseURL, e.telemetry.StoreOptions()...)
	if err != nil {
		return fmt.Errorf("open the database (see --database-url): %w", err)
	}

	return errors.Join(work(e.context, db), db.Close())
}

// say prints a line for the operator.
func (e *environment) say(format string, args ...any) {
	_, _ = fmt.Fprintf(e.out, format+"\n", args...)
}

type migrateCommand struct{}

// Run brings the schema up to date.
func (migrateCommand) Run(e *environment) error {
	return e.withDatabase(func(ctx context.Context, db *store.Store) error {
		ran, err := db.Migrate(ctx)
		if err != nil {
			return err
		}

		e.say("Ran %d migrations; the schema is up to date.", ran)

		return nil
	})
}

type checkCommand struct{}

// Run verifies every rule in the database.
func (checkCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		violations, err := db.Check(ctx)
		if err != nil {
			return err
		}

		for _, v := range violations {
			e.say("tenant %q: %s: not so for %s", v.Tenant, v.Rule, v.Object)
		}

		if len(violations) > 0 {
			return fmt.Errorf("%d violations of rules", len(violations))
		}

		e.say("All rules hold.")

		return nil
	})
}
