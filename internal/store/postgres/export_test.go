package postgres

import "database/sql"

// OnPool returns a database on a pool that [Open] did not open.
func OnPool(pool *sql.DB) *Database { return &Database{poolOfSignIns: pool} }
