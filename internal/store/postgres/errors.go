package postgres

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	serializationFailure  = "40001"
	deadlockDetected      = "40P01"
	insufficientPrivilege = "42501"
	noSchemaSelected      = "3F000"
)

// Retryable recognizes serialization failures and deadlocks.
func (d *Database) Retryable(err error) bool {
	failure, ok := errors.AsType[*pgconn.PgError](err)

	return ok && (failure.Code == serializationFailure || failure.Code == deadlockDetected)
}

// LacksRights says whether the error means that the role may not do something.
func LacksRights(err error) bool {
	failure, ok := errors.AsType[*pgconn.PgError](err)

	return ok && failure.Code == insufficientPrivilege
}

// Unavailable says whether the error means that the server could not be reached, or cannot work at the moment. known is
// false if the error does not come from PostgreSQL; then it may still mean that the database is unavailable.
func Unavailable(err error) (unavailable, known bool) {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		return meansUnavailable(failure.Code), true
	}

	if errors.Is(err, errReadOnly) {
		return true, true
	}

	_, notConnected := errors.AsType[*pgconn.ConnectError](err)
	unavailable = notConnected || pgconn.SafeToRetry(err)

	return unavailable, unavailable
}

// meansUnavailable says whether a server that answers with this code (PostgreSQL's documentation, appendix A) cannot
// work at the moment.
func meansUnavailable(code string) bool {
	switch code {
	case readOnlyTransaction,
		serializationFailure, deadlockDetected, // Even when it was tried several times.
		"55P03", "57014", "25P03", "25P04", "57P05", // A limit that the database sets for a wait, a statement or a session.
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
