package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// directTimeout is the time limit for a connection to the direct URL at the start.
const directTimeout = 10 * time.Second

// shortestLimit is the shortest limit of a statement or a transaction that ends nothing that a server does.
const shortestLimit = 10 * time.Second

// identity selects a text that no other database has: its id in its server, and when that server started.
const identity = `SELECT oid || ' ' || extract(epoch FROM pg_postmaster_start_time()) FROM pg_database WHERE datname = current_database()`

// Check returns an error if the database stores other characters than Unicode's, if it only reads though the program
// writes, if a pooler's sessions have settings that the program cannot work with, or if the direct URL leads elsewhere.
func (d *Database) Check(ctx context.Context) error {
	var encoding, name, readOnly string

	err := d.pool.QueryRowContext(ctx,
		"SELECT current_setting('server_encoding'), current_database(), current_setting('transaction_read_only')").
		Scan(&encoding, &name, &readOnly)
	if err != nil {
		return fmt.Errorf("ask for the encoding of the database: %w", err)
	}

	// In another encoding, some names cannot be stored. Without one (SQL_ASCII), a dump may be read back as other names.
	if encoding != "UTF8" {
		return fmt.Errorf("the database %q has the encoding %s, but only UTF8 keeps all names as they are: make another database with "+
			"'createdb --template=template0 --encoding=UTF8', move the data as docs/upgrades.md says under \"Another encoding\", "+
			"and name the new database in --database-url", name, encoding)
	}

	if readOnly == "on" && !d.reads {
		return errReadOnly
	}

	if !d.pooled {
		return nil
	}

	return errors.Join(d.checkPooledLimits(ctx), d.checkDirect(ctx))
}

// checkPooledLimits returns an error if the pooler's sessions have a limit that would end what a server does. The program
// cannot change it there: the next transaction may run in another session.
func (d *Database) checkPooledLimits(ctx context.Context) error {
	rows, err := d.pool.QueryContext(ctx, `
SELECT name, current_setting(name), current_user, current_database() FROM pg_settings
WHERE CASE WHEN name = ANY ($1) THEN setting::bigint BETWEEN 1 AND $2 ELSE false END ORDER BY name`,
		limits(), shortestLimit.Milliseconds()-1)
	if err != nil {
		return fmt.Errorf("ask for the limits of the pooler's sessions: %w", err)
	}

	defer func() { _ = rows.Close() }() // Its error is that of rows.Err.

	var found, remedies []string

	for rows.Next() {
		var setting, value, role, database string
		if err := rows.Scan(&setting, &value, &role, &database); err != nil {
			return fmt.Errorf("read the limits of the pooler's sessions: %w", err)
		}

		found = append(found, setting+" = "+value)
		remedies = append(remedies, fmt.Sprintf("ALTER ROLE %s IN DATABASE %s SET %s = 0", quoted(role), quoted(database), setting))
	}

	if len(found) == 0 {
		return rows.Err()
	}

	return fmt.Errorf("sessions of the connection pooler have %s, which would end what the server does (anything under %v does). "+
		"In the database, run: %s. Then let the pooler reconnect", strings.Join(found, ", "), shortestLimit, strings.Join(remedies, "; "))
}

// quoted is a name as SQL reads it.
func quoted(name ...string) string { return pgx.Identifier(slices.Clone(name)).Sanitize() }

// checkDirect returns an error if the direct URL does not lead to the same database as the other URL: migrations would
// change another database, and servers would not hear of each other's changes. The names of the databases say nothing,
// since a pooler may give a database another name.
func (d *Database) checkDirect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, directTimeout)
	defer cancel()

	connection, err := d.connectDirectly(ctx)
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
