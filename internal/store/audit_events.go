package store

import (
	"context"
	"fmt"

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
	// Actor is an external id, which the tenant's settings say how to compare.
	Actor  *string
	Action *string
}

// AuditEvents lists audit events, newest first.
func (h Handle) AuditEvents(filter AuditFilter) paging.List[licensing.AuditEvent] {
	return lazyList[auditEventRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &auditEventRow{})
		query = whereEqual(query, "object_id", filter.ObjectID)

		if filter.Actor != nil {
			query = h.byActor(ctx, query, *filter.Actor)
		}

		return whereEqual(query, "action", filter.Action)
	}, byNewest(), func(e licensing.AuditEvent) paging.Cursor { return paging.Cursor{ID: e.ID} })
}

// byActor restricts a query of audit events to those of the admin whom an external id names by the tenant's settings. An event
// has the admin's id as it was written then.
func (h Handle) byActor(ctx context.Context, query *gorm.DB, externalID string) *gorm.DB {
	tenant, err := h.Tenant(ctx)
	if err != nil {
		_ = query.AddError(err) // It returns what query.Error is now.

		return query
	}

	spellings := []string{externalID}

	if matching := tenant.ExternalIDMatching(); matching == licensing.MatchFolded {
		var actors []string
		if err := h.from(ctx, &auditEventRow{}).Distinct().Pluck("actor", &actors).Error; err != nil {
			_ = query.AddError(fmt.Errorf("read the actors of audit events: %w", err))

			return query
		}

		for _, actor := range actors {
			if matching.Key(actor) == matching.Key(externalID) {
				spellings = append(spellings, actor)
			}
		}
	}

	return query.Where("actor IN ?", spellings)
}

// AuditEvent returns an audit event, or [licensing.ErrNotFound].
func (h Handle) AuditEvent(ctx context.Context, id licensing.ID) (licensing.AuditEvent, error) {
	row, err := one[auditEventRow](h.from(ctx, &auditEventRow{}).Where("id = ?", id), "the audit event")

	return row.domain(), err
}
