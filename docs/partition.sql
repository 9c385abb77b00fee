-- Partitions all tables of tenants by tenant and moves their rows; see docs/scale.md. Stop all servers before you run it,
-- in one transaction: psql --set ON_ERROR_STOP=1 --single-transaction --file partition.sql
DO $$
DECLARE
    parts CONSTANT integer := 16;
    t record;
    f record;
BEGIN
    CREATE TEMP TABLE tenant_tables ON COMMIT DROP AS
        SELECT c.oid, c.relname AS name, c.reloptions AS options
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace;

    CREATE TEMP TABLE tenant_references ON COMMIT DROP AS
        SELECT owner.name AS of, c.conname AS name, pg_get_constraintdef(c.oid) AS definition
        FROM pg_constraint c JOIN tenant_tables owner ON owner.oid = c.conrelid WHERE c.contype = 'f';

    FOR f IN SELECT * FROM tenant_references LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', f.of, f.name);
    END LOOP;

    FOR t IN SELECT * FROM tenant_tables LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', t.name, t.name || '_whole');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (tenant_id)', t.name, t.name || '_whole');

        FOR part IN 0..parts - 1 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s) %s',
                t.name || '_' || part, t.name, parts, part, 'WITH (' || array_to_string(t.options, ', ') || ')');
        END LOOP;

        EXECUTE format('INSERT INTO %I SELECT * FROM %I', t.name, t.name || '_whole');
        EXECUTE format('DROP TABLE %I', t.name || '_whole');
    END LOOP;

    FOR f IN SELECT * FROM tenant_references LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', f.of, f.name, f.definition);
    END LOOP;
END $$;
ANALYZE;
