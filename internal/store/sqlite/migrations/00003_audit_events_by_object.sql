-- +goose Up

-- 'Who changed this policy?' reads all events of the tenant without this index.
CREATE INDEX audit_events_by_object ON audit_events (tenant_id, object_id, id);
