-- +goose Up

-- folded_id is the external id without differences of case and of Unicode normal form. It is unique in the tenant. Users of
-- tenants that compare external ids exactly may have none.
ALTER TABLE users ADD COLUMN folded_id text;

-- deleted_at is when the operator began to delete the tenant. Servers do not know such a tenant.
ALTER TABLE tenants ADD COLUMN deleted_at datetime;

CREATE UNIQUE INDEX users_by_folded_id ON users (tenant_id, folded_id) WHERE folded_id IS NOT NULL;
