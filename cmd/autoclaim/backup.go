package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

type backupCommand struct {
	File string `kind:"argument" arg:"" help:"File to create. It must not exist yet." type:"path"`
}

// Help implements [kong.HelpProvider].
func (backupCommand) Help() string {
	return `The copy is complete even if servers write meanwhile. A file is never replaced. For PostgreSQL, use pg_dump.

Example:

  autoclaim backup copy.db --database-url=sqlite:autoclaim.db`
}

// Run copies the database. Its schema may be old, since a backup is often made before a migration.
func (c backupCommand) Run(e *environment) error {
	return e.withOptions(func(ctx context.Context, db *store.Store) error {
		schema, err := db.Schema(ctx)
		if schema.Database == 0 {
			return errors.Join(fmt.Errorf("%s has no tables, so there is nothing to back up: check --database-url", e.databaseName()), err)
		}

		size, err := upkeep.Backup(ctx, db, c.File, time.Now())
		if err != nil {
			return err
		}

		e.say("Wrote %s (%d bytes, schema version %d). To check it, run 'autoclaim check --database-url sqlite:%s'.",
			c.File, size, schema.Database, c.File)

		return nil
	}, store.ForReading())
}
