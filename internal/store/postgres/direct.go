package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// directTimeout is the time limit for a connection to the direct URL at the start.
const directTimeout = 10 * time.Second

// identity selects a text that no other database has: its id in its server, and when that server started.
const identity = `SELECT oid || ' ' || extract(epoch FROM pg_postmaster_start_time()) FROM pg_database WHERE datname = current_database()`

// CheckDirect returns an error if the direct URL does not lead to the same database as the other URL: migrations would
// change another database, and servers would not hear of each other's changes. The names of the databases say nothing,
// since a pooler may give a database another name.
func (d *Database) CheckDirect(ctx context.Context) error {
	if !d.pooled {
		return nil
	}

	ctx, cancel := context.WithTimeout(ctx, directTimeout)
	defer cancel()

	config, err := parseConfig(d.direct)
	if err != nil {
		return fmt.Errorf("--direct-database-url: %w", err)
	}

	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("reach --direct-database-url: %w", err)
	}

	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }() // The connection is not used again.

	var direct, pooled string

	if err := connection.QueryRow(ctx, identity).Scan(&direct); err != nil {
		return fmt.Errorf("identify the database of --direct-database-url: %w", err)
	}

	if err := d.Reader().WithContext(ctx).Raw(identity).Scan(&pooled).Error; err != nil {
		return fmt.Errorf("identify the database of --database-url: %w", err)
	}

	if direct != pooled {
		return errors.New("--database-url and --direct-database-url lead to different databases: correct the one that is wrong")
	}

	return nil
}
