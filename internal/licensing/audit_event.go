package licensing

import "time"

// AuditEvent records one change by an admin.
type AuditEvent struct {
	ID ID
	At time.Time
	// Actor is the external id of the admin.
	Actor string
	// Action is the name of the mutation.
	Action     string
	ObjectKind Kind
	ObjectID   ID
	// Before and After are the object as JSON; nil if it did not exist.
	Before    []byte
	After     []byte
	RequestID string
}
