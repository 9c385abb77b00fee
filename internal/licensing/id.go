package licensing

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// ID identifies one object of any kind. The GraphQL API adds a prefix that names the kind.
type ID = uuid.UUID

// Kind is a kind of object. It is the prefix of the object's global id.
type Kind string

// The kinds of objects that have global ids.
const (
	KindTenant       Kind = "tenant"
	KindApp          Kind = "app"
	KindProduct      Kind = "product"
	KindSubscription Kind = "subscription"
	KindUser         Kind = "user"
	KindLicense      Kind = "license"
	KindPolicy       Kind = "policy"
	KindClaim        Kind = "claim"
	KindMissedClaim  Kind = "missed_claim"
	KindAuditEvent   Kind = "audit_event"
)

// CompareIDs orders ids as both databases do.
func CompareIDs(a, b ID) int { return bytes.Compare(a[:], b[:]) }

// NewID returns a new version 7 UUID for an object that is created at the given time. Ids sort by time of creation,
// with a precision of a quarter of a microsecond (RFC 9562, section 6.2, method 3).
// It is safe for concurrent use.
func NewID(at time.Time) ID {
	var id ID
	// rand.Read never returns an error and always fills its argument.
	_, _ = rand.Read(id[8:])

	const subMillisecondSteps = 1 << 12
	milliseconds := uint64(at.UnixMilli())
	fraction := uint64(at.UnixNano()%int64(time.Millisecond)) * subMillisecondSteps / uint64(time.Millisecond)

	binary.BigEndian.PutUint64(id[:8], milliseconds<<16|7<<12|fraction)
	id[8] = id[8]&0x3f | 0x80

	return id
}
