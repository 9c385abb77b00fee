package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"

	gosqlite "github.com/glebarez/go-sqlite"
	"github.com/jackc/pgx/v5/pgconn"
)

// IsUnavailable says whether an error of the store means that the database can't be reached or can't work now,
// so that the same call may succeed later. A deadline that passed while it was asked is such an error too. What the
// call was to change may have been changed all the same.
func IsUnavailable(err error) bool {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresUnavailable(failure.Code)
	}

	if failure, ok := errors.AsType[*gosqlite.Error](err); ok {
		return sqliteUnavailable(failure.Code())
	}

	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}

	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}

	return pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// postgresUnavailable knows the codes of PostgreSQL's documentation, appendix A.
func postgresUnavailable(code string) bool {
	switch code {
	case "25006", // read_only_sql_transaction: a standby, before or after it was the primary.
		"57P01", "57P02", "57P03": // Shutting down, crashed, starting up.
		return true
	}

	switch code[:min(len(code), len("08"))] {
	case "08", // Connection exceptions.
		"53", // Out of connections, memory or disk space.
		"58": // Errors of the system beneath.
		return true
	}

	return false
}

// sqliteUnavailable knows the primary result codes of SQLite's documentation.
func sqliteUnavailable(code int) bool {
	const (
		primary                                       = 0xff
		busy, locked, ioError, full, cantOpen, noLock = 5, 6, 10, 13, 14, 15
	)

	switch code & primary {
	case busy, locked, ioError, full, cantOpen, noLock:
		return true
	}

	return false
}
