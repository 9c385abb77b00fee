package store_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// inspection holds queries for the columns, indexes and foreign keys of a table.
type inspection struct{ columns, indexes, references string }

func inspect(db *gorm.DB) inspection {
	if db.Name() == "sqlite" {
		return inspection{
			columns: `SELECT name, NOT "notnull" AS nullable, pk AS key_position FROM pragma_table_info(?)`,
			indexes: `SELECT l.name, i.name AS first_column FROM pragma_index_list(?) l, pragma_index_info(l.name) i
				WHERE i.seqno = 0`,
			references: `SELECT "table" AS name, "from" AS first_column FROM pragma_foreign_key_list(?) WHERE seq = 0`,
		}
	}

	return inspection{
		columns: `SELECT a.attname AS name, NOT a.attnotnull AS nullable,
			coalesce(array_position(x.indkey::smallint[], a.attnum), -1) + 1 AS key_position
			FROM pg_attribute a LEFT JOIN pg_index x ON x.indrelid = a.attrelid AND x.indisprimary
			WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
		indexes: `SELECT x.indexrelid::regclass::text AS name, a.attname AS first_column
			FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
			WHERE x.indrelid = ?::regclass`,
		references: `SELECT c.confrelid::regclass::text AS name, a.attname AS first_column
			FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
			WHERE c.contype = 'f' AND c.conrelid = ?::regclass`,
	}
}

type column struct {
	Name        string
	Nullable    bool
	KeyPosition int
}

type leading struct{ Name, FirstColumn string }

func ask[T any](t *testing.T, db *gorm.DB, query, table string) []T {
	t.Helper()

	var answer []T
	require.NoError(t, db.Raw(query, table).Scan(&answer).Error)

	return answer
}

func parsed(t *testing.T, db *gorm.DB, model any) *schema.Schema {
	t.Helper()

	s, err := schema.Parse(model, new(sync.Map), db.NamingStrategy)
	require.NoError(t, err)

	return s
}

func TestTheModelsAndTheMigratedSchemaAgree(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url).Writer()
		modeled := make(map[string]bool)

		for _, model := range store.Models() {
			s := parsed(t, db, model)
			modeled[s.Table] = true

			var names []string

			key := make([]string, len(s.PrimaryFieldDBNames))

			for _, column := range ask[column](t, db, inspect(db).columns, s.Table) {
				names = append(names, column.Name)
				if column.KeyPosition > 0 {
					key[column.KeyPosition-1] = column.Name
				}

				if field := s.LookUpField(column.Name); assert.NotNil(t, field, "%s.%s has no field", s.Table, column.Name) {
					assert.Equal(t, strings.HasPrefix(field.FieldType.String(), "*"), column.Nullable,
						"%s.%s is nullable where the field is a pointer", s.Table, column.Name)
				}
			}

			assert.ElementsMatch(t, s.DBNames, names, "columns of %s", s.Table)
			assert.Equal(t, s.PrimaryFieldDBNames, key, "primary key of %s", s.Table)
		}

		tables, err := db.Migrator().GetTables()
		require.NoError(t, err)

		for _, table := range tables {
			assert.True(t, modeled[table] || strings.Contains(table, "goose") || strings.HasPrefix(table, "sqlite_"),
				"table %s has no model", table)
		}
	})
}

func TestARowOfOneTenantCannotReferToAnothers(t *testing.T) {
	shared := []string{"schema_state", "catalog_state", "apps", "products", "product_apps", "tenants"}

	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url).Writer()

		for _, model := range store.Models() {
			table := parsed(t, db, model).Table
			if slices.Contains(shared, table) {
				continue
			}

			for _, index := range ask[leading](t, db, inspect(db).indexes, table) {
				assert.Equal(t, "tenant_id", index.FirstColumn, "index %s of %s", index.Name, table)
			}

			references := ask[leading](t, db, inspect(db).references, table)
			assert.NotEmpty(t, references, "%s has no foreign key, not even to its tenant", table)

			for _, reference := range references {
				if reference.Name != "apps" && reference.Name != "products" {
					assert.Equal(t, "tenant_id", reference.FirstColumn, "reference from %s to %s", table, reference.Name)
				}
			}
		}
	})
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := storetest.Open(t, url)

		ran, err := db.Migrate(context.Background())
		require.NoError(t, err)
		assert.Zero(t, ran)

		schema, err := db.Schema(context.Background())
		require.NoError(t, err)
		assert.Equal(t, schema.Program, schema.Database)
		assert.False(t, schema.Ahead())
	})
}
