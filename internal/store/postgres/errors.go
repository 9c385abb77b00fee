package postgres

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Retryable recognizes serialization failures and deadlocks.
func (d *Database) Retryable(err error) bool {
	const serializationFailure, deadlockDetected = "40001", "40P01"

	failure, ok := errors.AsType[*pgconn.PgError](err)

	return ok && (failure.Code == serializationFailure || failure.Code == deadlockDetected)
}

// Unavailable says whether the error means that the server could not be reached, or cannot work at the moment. known is
// false if the error does not come from PostgreSQL; then it may still mean that the database is unavailable.
func Unavailable(err error) (unavailable, known bool) {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		return meansUnavailable(failure.Code), true
	}

	_, notConnected := errors.AsType[*pgconn.ConnectError](err)
	unavailable = notConnected || pgconn.SafeToRetry(err)

	return unavailable, unavailable
}

// meansUnavailable says whether a server that answers with this code (PostgreSQL's documentation, appendix A) cannot
// work at the moment.
func meansUnavailable(code string) bool {
	switch code {
	case "25006", // read_only_sql_transaction: a standby, before or after it was the primary.
		"57P01", "57P02", "57P03": // Shutting down, crashed, starting up.
		return true
	}

	switch code[:min(len(code), len("08"))] {
	case "08", // Connection exceptions.
		"53", // Out of connections, memory or disk space.
		"58": // System errors.
		return true
	}

	return false
}
