-- +goose NO TRANSACTION
-- +goose Up

-- If an earlier attempt failed, it left an invalid index, which is dropped first. Building an index concurrently blocks no
-- other session, so it may wait longer for other transactions to end.
SET lock_timeout = '1min';
DROP INDEX CONCURRENTLY IF EXISTS users_by_folded_id;
CREATE UNIQUE INDEX CONCURRENTLY users_by_folded_id ON users (tenant_id, folded_id) WHERE folded_id IS NOT NULL;
RESET lock_timeout;
