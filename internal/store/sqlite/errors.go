package sqlite

import (
	"errors"

	gosqlite "github.com/glebarez/go-sqlite"
)

// Primary result codes of SQLite's documentation.
const (
	codePermission      = 3
	codeBusy            = 5
	codeLocked          = 6
	codeReadOnly        = 8
	codeIOError         = 10
	codeCorrupt         = 11
	codeFull            = 13
	codeCannotOpen      = 14
	codeLockingProtocol = 15
	codeNotADatabase    = 26
)

// Retryable recognizes a file that another connection has locked.
func (d *Database) Retryable(err error) bool { return isLocked(err) }

func isLocked(err error) bool {
	code, ok := primaryCode(err)

	return ok && (code == codeBusy || code == codeLocked)
}

// Unavailable says whether the error means that SQLite cannot work on the file at the moment. known is false if the
// error does not come from SQLite.
func Unavailable(err error) (unavailable, known bool) {
	code, known := primaryCode(err)
	if !known {
		return false, false
	}

	switch code {
	case codeBusy, codeLocked, codeReadOnly, codeIOError, codeFull, codeCannotOpen, codeLockingProtocol:
		return true, true
	}

	return false, true
}

func primaryCode(err error) (code int, ok bool) {
	const primary = 0xff

	failure, ok := errors.AsType[*gosqlite.Error](err)
	if !ok {
		return 0, false
	}

	return failure.Code() & primary, true
}
