package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// RecordAudit adds an audit event.
func (tx *Tx) RecordAudit(ctx context.Context, event licensing.AuditEvent) error {
	return insert(ctx, tx, auditEventRow{
		TenantID: tx.tenant, ID: event.ID, At: event.At, Actor: event.Actor, Action: event.Action,
		ObjectKind: event.ObjectKind, ObjectID: event.ObjectID,
		Before: jsonText(event.Before), After: jsonText(event.After), RequestID: event.RequestID,
	})
}

// AuditFilter restricts a list of audit events; a nil field restricts nothing.
type AuditFilter struct {
	ObjectID *licensing.ID
	Actor    *string
	Action   *string
}

// AuditEvents lists audit events, newest first.
func (h Handle) AuditEvents(filter AuditFilter) paging.List[licensing.AuditEvent] {
	return lazyList[auditEventRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &auditEventRow{})
		query = whereEqual(query, "object_id", filter.ObjectID)
		query = whereEqual(query, "actor", filter.Actor)

		return whereEqual(query, "action", filter.Action)
	}, byNewest(), func(e licensing.AuditEvent) paging.Cursor { return paging.Cursor{ID: e.ID} })
}

// AuditEvent returns an audit event, or [licensing.ErrNotFound].
func (h Handle) AuditEvent(ctx context.Context, id licensing.ID) (licensing.AuditEvent, error) {
	row, err := one[auditEventRow](h.from(ctx, &auditEventRow{}).Where("id = ?", id), "the audit event")

	return row.domain(), err
}
