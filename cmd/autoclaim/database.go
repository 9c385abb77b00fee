package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// withStore opens the database, checks its schema, and closes it after work.
func (e *environment) withStore(work func(ctx context.Context, db *store.Store) error) error {
	return e.withDatabase(func(ctx context.Context, db *store.Store) error {
		schema, err := db.Schema(ctx)
		if err != nil {
			return err
		}

		if schema.Ahead() {
			e.logger.Warn("the database's schema is newer than this program, which can still work on it: replace it soon",
				"schema", schema.Database, "program", schema.Program)
		}

		return work(ctx, db)
	})
}

// withDatabase opens the database, whatever its schema, and closes it after work.
func (e *environment) withDatabase(work func(ctx context.Context, db *store.Store) error) error {
	options := e.telemetry.StoreOptions()
	if e.directURL != "" {
		options = append(options, store.WithDirectURL(e.directURL))
	}

	db, err := store.Open(e.context, e.databaseURL, options...)
	if err != nil {
		return fmt.Errorf("open the database (see --database-url): %w", err)
	}

	return errors.Join(work(e.context, db), db.Close())
}

// say prints a line for the operator.
func (e *environment) say(format string, args ...any) {
	_, _ = fmt.Fprintf(e.out, format+"\n", args...)
}

type migrateCommand struct {
	LockTimeout  time.Duration `default:"1s" help:"How long a migration may wait for a lock at a time, and others behind it."`
	LockAttempts int           `default:"40" help:"How often it tries to get a lock."`
}

// Run brings the schema up to date.
func (c migrateCommand) Run(e *environment) error {
	return e.withDatabase(func(ctx context.Context, db *store.Store) error {
		retries := migration.DefaultLockRetries()
		retries.LockTimeout, retries.Attempts = c.LockTimeout, c.LockAttempts

		ran, err := db.MigrateWith(ctx, retries)
		if err != nil {
			return err
		}

		schema, err := db.Schema(ctx)
		if err != nil {
			return err
		}

		e.say("Ran %d migrations; the schema is version %d.", ran, schema.Database)

		return nil
	})
}

type checkCommand struct {
	Repair bool `help:"Set counters that are wrong to what their rows say, beside running servers. All else that is wrong stays as it is."`
}

// Run verifies every rule in the database.
func (c checkCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
		if c.Repair {
			if err := repair(ctx, e, db); err != nil {
				return err
			}
		}

		violations, err := upkeep.Check(ctx, db)
		if err != nil {
			return err
		}

		remedy := ""

		for _, v := range violations {
			e.say("tenant %q: %s: not so for %s", v.Tenant, v.Rule, v.Object)

			if v.Recountable {
				remedy = "; 'autoclaim check --repair' recounts counters"
			}
		}

		if c.Repair {
			remedy = ", which can't be recounted"
		}

		if len(violations) > 0 {
			return fmt.Errorf("%d violations of rules%s", len(violations), remedy)
		}

		e.say("All rules hold.")

		return nil
	})
}

func repair(ctx context.Context, e *environment, db *store.Store) error {
	repairs, err := upkeep.Repair(ctx, db, time.Now())

	for _, r := range repairs {
		e.say("tenant %q: %s: was %d, is %d", r.Tenant, r.Object, r.Was, r.Is)
	}

	e.say("Repaired %d counters.", len(repairs))

	return err
}
