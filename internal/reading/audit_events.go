package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// AuditFilter restricts a list of audit events; a nil field restricts nothing.
type AuditFilter = store.AuditFilter

// AuditEvents lists audit events, newest first.
func (t *Tenant) AuditEvents(filter AuditFilter) paging.List[licensing.AuditEvent] {
	return t.data.AuditEvents(filter)
}

// AuditEvent returns an audit event, or [licensing.ErrNotFound].
func (t *Tenant) AuditEvent(ctx context.Context, id licensing.ID) (licensing.AuditEvent, error) {
	return t.data.AuditEvent(ctx, id)
}
