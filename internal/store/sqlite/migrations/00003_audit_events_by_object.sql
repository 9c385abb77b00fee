-- +goose Up

-- 'Who changed this policy?' read all of a tenant's events.
CREATE INDEX audit_events_by_object ON audit_events (tenant_id, object_id, id);
