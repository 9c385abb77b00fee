-- +goose Up

-- time_zone is an IANA name. fold_external_ids says that external ids of users which differ only by case or by Unicode
-- normal form are of one user.
ALTER TABLE tenants ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
ALTER TABLE tenants ADD COLUMN fold_external_ids boolean NOT NULL DEFAULT false;
