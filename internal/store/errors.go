package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/store/sqlite"
)

// IsUnavailable says whether an error of the store means that the database cannot be reached or cannot work at the
// moment, so that the same call may succeed later. It is also true for a deadline that passed during a call. The
// call may still have changed the database.
func IsUnavailable(err error) bool {
	if unavailable, known := postgres.Unavailable(err); known {
		return unavailable
	}

	if unavailable, known := sqlite.Unavailable(err); known {
		return unavailable
	}

	_, isNetwork := errors.AsType[net.Error](err)

	return isNetwork || errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
