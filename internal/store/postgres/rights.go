package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// selectRights selects each table of these names: its schema, whether the role may use the schema and finds the table in its
// search path, and the rights that it has.
const selectRights = `
SELECT n.nspname, c.relname, has_schema_privilege(n.oid, 'USAGE'), pg_table_is_visible(c.oid),
  array_to_string(ARRAY(
    SELECT r FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r WHERE has_table_privilege(c.oid, r)
  ), ' '), current_user, current_database()
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relname = ANY ($1) AND n.nspname NOT LIKE 'pg\_%'
ORDER BY n.nspname, c.relname`

// anyTable is a table that every version of the schema has, and that other programs hardly have.
const anyTable = "license_pools"

// tableRights are the rights of the role on one table.
type tableRights struct {
	schema, name    string
	usable, visible bool
	lacks           []string
	// role and database are the same for all tables.
	role, database string
}

// CheckRights returns an error that names the rights that the role lacks, and how to grant them.
func (d *Database) CheckRights(ctx context.Context, needed map[string][]string) error {
	found, err := d.readRights(ctx, needed)
	if err != nil {
		return err
	}

	ours := slices.DeleteFunc(slices.Clone(found), func(table tableRights) bool { return table.name != anyTable })
	if len(ours) == 0 {
		return nil // There are no tables yet.
	}

	if i := slices.IndexFunc(ours, func(table tableRights) bool { return table.visible }); i >= 0 {
		return lackedRights(found, ours[i])
	}

	readable := slices.DeleteFunc(slices.Clone(ours), func(table tableRights) bool {
		return !table.usable || slices.Contains(table.lacks, "SELECT")
	})
	if len(readable) == 0 {
		return lackedRights(found, ours[0])
	}

	return d.wrongSearchPath(readable)
}

func (d *Database) wrongSearchPath(ours []tableRights) error {
	schemas := make([]string, len(ours))
	for i, table := range ours {
		schemas[i] = quoted(table.schema)
	}

	first := ours[0]
	remedy := "add search_path=" + first.schema + " to the parameters of --database-url"

	if d.pooled {
		remedy = fmt.Sprintf("run ALTER ROLE %s IN DATABASE %s SET search_path = %s, and let the pooler reconnect",
			quoted(first.role), quoted(first.database), quoted(first.schema))
	}

	return fmt.Errorf("the tables are in the schema %s, but not in the search path of the role %s: %s; "+
		"or, to make other tables in its search path, run 'autoclaim migrate'", strings.Join(schemas, " or "), quoted(first.role), remedy)
}

// lackedRights returns an error with the rights that the role lacks in the schema of one of the tables.
func lackedRights(found []tableRights, ours tableRights) error {
	tables := make(map[string][]string) // By the rights that the role lacks.

	for _, table := range found {
		if table.schema != ours.schema {
			if table.visible && ours.visible {
				// Statements would use it instead of the one with the same name in the other schema.
				return fmt.Errorf("the table %s hides the one of the schema %s from the role %s: "+
					"change the search path of the role, or rename the table",
					quoted(table.schema, table.name), quoted(ours.schema), quoted(table.role))
			}

			continue
		}

		if len(table.lacks) > 0 {
			lacks := strings.Join(table.lacks, ", ")
			tables[lacks] = append(tables[lacks], quoted(table.schema, table.name))
		}
	}

	var grants []string
	if !ours.usable {
		grants = append(grants, fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s", quoted(ours.schema), quoted(ours.role)))
	}

	for _, lacks := range slices.Sorted(maps.Keys(tables)) {
		grants = append(grants, fmt.Sprintf("GRANT %s ON %s TO %s", lacks, strings.Join(tables[lacks], ", "), quoted(ours.role)))
	}

	if len(grants) == 0 {
		return nil
	}

	remedy := "As the owner of the tables, run: " + strings.Join(grants, "; ")
	if !ours.visible {
		remedy += ". If these are the tables of another installation, run 'autoclaim migrate' first"
	}

	return fmt.Errorf("the role %s lacks rights. %s", quoted(ours.role), remedy)
}

// readRights returns the rights on the tables of these names in all schemas, and which of the needed ones are lacking.
func (d *Database) readRights(ctx context.Context, needed map[string][]string) (found []tableRights, err error) {
	rows, err := d.pool.QueryContext(ctx, selectRights, slices.Collect(maps.Keys(needed)))
	if err != nil {
		return nil, fmt.Errorf("ask for the role's rights: %w", err)
	}

	defer func() { err = errors.Join(err, rows.Close()) }()

	for rows.Next() {
		var (
			table tableRights
			has   string
		)

		err := rows.Scan(&table.schema, &table.name, &table.usable, &table.visible, &has, &table.role, &table.database)
		if err != nil {
			return nil, fmt.Errorf("read the role's rights: %w", err)
		}

		for _, right := range needed[table.name] {
			if !slices.Contains(strings.Fields(has), right) {
				table.lacks = append(table.lacks, right)
			}
		}

		found = append(found, table)
	}

	return found, rows.Err()
}

// HasTable says whether statements find a table of this name.
func (d *Database) HasTable(ctx context.Context, name string) (found bool, err error) {
	if err := d.pool.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&found); err != nil {
		return false, fmt.Errorf("look for the table %s: %w", name, err)
	}

	return found, nil
}

// selectMigrationRights selects the role, the schema in which it makes tables, whether it may, and the owner of the tables.
const selectMigrationRights = `
SELECT current_user, coalesce(current_schema(), ''), coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
  coalesce((SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('license_pools')), '')`

// explainMigration adds to the error of a migration which right the role lacks.
func explainMigration(ctx context.Context, pool *sql.DB, err error) error {
	failure, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || failure.Code != insufficientPrivilege && failure.Code != noSchemaSelected {
		return err
	}

	var (
		role, schema, owner string
		mayCreate           bool
	)

	if pool.QueryRowContext(ctx, selectMigrationRights).Scan(&role, &schema, &mayCreate, &owner) != nil {
		return err // It says what failed.
	}

	switch {
	case schema == "":
		return fmt.Errorf("the search path of the role %s names no schema that it may use: add search_path=SCHEMA to the parameters of "+
			"the database's URL: %w", quoted(role), err)
	case !mayCreate:
		return fmt.Errorf("the role %s may not make tables. As the owner of the database, run: GRANT CREATE, USAGE ON SCHEMA %s TO %s: %w",
			quoted(role), quoted(schema), quoted(role), err)
	case owner != "" && owner != role:
		return fmt.Errorf("the tables belong to the role %s: run 'autoclaim migrate' as that role: %w", quoted(owner), err)
	}

	return err
}
