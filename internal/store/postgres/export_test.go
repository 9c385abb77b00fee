package postgres

import "database/sql"

// OnPool returns a database on a pool that was opened in another way than [Open] does.
func OnPool(pool *sql.DB) *Database { return &Database{pool: pool} }
