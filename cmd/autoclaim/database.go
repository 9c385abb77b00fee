package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/autoclaim/autoclaim/internal/admission"
)

// validateDatabase checks that the flags about the use of the database fit together.
func (c serveCommand) validateDatabase() error {
	if c.MaxDatabaseReads > c.connectionsForReads() {
		return fmt.Errorf("--max-database-reads=%d needs as many connections: raise --database-connections to %d",
			c.MaxDatabaseReads, 2*c.MaxDatabaseReads)
	}

	return nil
}

// connectionsForReads is the number of connections to PostgreSQL that are not for sign-ins.
func (c serveCommand) connectionsForReads() int {
	const halves = 2

	return (c.DatabaseConnections + 1) / halves
}

// databaseTurns returns the turns of reads and admin actions, so that sign-ins keep their share of the database.
func (c serveCommand) databaseTurns() *admission.DatabaseTurns {
	const fewest = 2

	turns := c.MaxDatabaseReads
	if turns == 0 {
		turns = min(max(fewest, runtime.GOMAXPROCS(0)), c.connectionsForReads())
	}

	return admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: turns}, time.Now)
}
