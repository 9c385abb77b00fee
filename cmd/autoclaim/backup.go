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
	File string `arg:"" help:"The file to make; it must not be there yet." type:"path"`
}

// Run copies the database, whatever its schema: a backup may be wanted before it is migrated.
func (c backupCommand) Run(e *environment) error {
	return e.withDatabase(func(ctx context.Context, db *store.Store) error {
		schema, err := db.Schema(ctx)
		if schema.Database == 0 {
			return errors.Join(fmt.Errorf("there is nothing in %s to back up (see --database-url)", e.databaseURL), err)
		}

		size, err := upkeep.Backup(ctx, db, c.File, time.Now())
		if err != nil {
			return err
		}

		e.say("Wrote %s, %d bytes, of schema version %d. 'autoclaim check --database-url sqlite:%s' verifies its rules.",
			c.File, size, schema.Database, c.File)

		return nil
	})
}
