-- +goose NO TRANSACTION
-- +goose Up

-- 'Who changed this policy?' read all of a tenant's events: 70 ms for 300,000 of them, and 0.2 ms by this index.
-- To build an index concurrently holds nobody up, so it may wait longer for others to finish. A first attempt that
-- failed has left an index that is not valid.
SET lock_timeout = '1min';
DROP INDEX CONCURRENTLY IF EXISTS audit_events_by_object;
CREATE INDEX CONCURRENTLY audit_events_by_object ON audit_events (tenant_id, object_id, id);
RESET lock_timeout;
