-- +goose Up

-- Migration 5 has built the index already: only PostgreSQL needs a migration of its own for it.
SELECT 1;
