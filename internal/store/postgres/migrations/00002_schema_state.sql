-- +goose Up

-- oldest_program: programs built for this version of the schema or a later one can work with it. A migration that
-- removes what older programs use raises it.
CREATE TABLE schema_state (
    id             smallint PRIMARY KEY CHECK (id = 1),
    oldest_program bigint   NOT NULL
);
INSERT INTO schema_state (id, oldest_program) VALUES (1, 1);
