package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// AuditEvent is the record of a change that an admin made.
type AuditEvent struct{ licensing.AuditEvent }

// NewAuditEvent wraps an audit event of the domain.
func NewAuditEvent(e licensing.AuditEvent) AuditEvent { return AuditEvent{e} }

// ID returns the global id.
func (e AuditEvent) ID() string { return globalid.Encode(licensing.KindAuditEvent, e.AuditEvent.ID) }

// ObjectID returns the global id of the object that was changed.
func (e AuditEvent) ObjectID() string { return globalid.Encode(e.ObjectKind, e.AuditEvent.ObjectID) }
