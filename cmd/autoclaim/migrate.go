package main

import (
	"context"
	"time"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/store/migration"
)

type migrateCommand struct {
	LockTimeout  time.Duration `range:"1ms..1h" default:"1s" help:"Time that a migration waits for a lock before it retries. Other sessions that need the table wait too."`
	LockAttempts int           `range:"1..100000" default:"40" help:"Number of attempts to get a lock before the migration fails."`
}

// Help implements [kong.HelpProvider].
func (migrateCommand) Help() string {
	return `Run it before a new version serves. Servers of the previous version may keep running, and several processes may migrate at
once. It changes nothing if the schema is current, or newer than this program.

Example:

  autoclaim migrate --database-url=postgres://autoclaim@db.example/autoclaim`
}

// Run updates the database schema.
func (c migrateCommand) Run(e *environment) error {
	return e.withNewStore(func(ctx context.Context, db *store.Store) error {
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

		if schema.Ahead() {
			e.say("Ran no migrations: the schema is version %d, and this program's is %d. It still works, but upgrade the program soon.",
				schema.Database, schema.Program)

			return nil
		}

		e.say("Ran %d migrations; the schema is version %d.", ran, schema.Database)

		return nil
	})
}
