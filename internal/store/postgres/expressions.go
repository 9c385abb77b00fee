package postgres

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// AnyOf passes the ids as one array.
func (d *Database) AnyOf(column string, ids []licensing.ID) clause.Expr {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}

	return gorm.Expr(column+" = ANY(?::uuid[])", "{"+strings.Join(texts, ",")+"}")
}

// ByBytes names the collation that compares bytes.
func (d *Database) ByBytes(column string) string { return column + ` COLLATE "C"` }

// DayOfTime formats a timestamptz.
func (d *Database) DayOfTime(column string) string {
	return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
}

// DayText formats a date.
func (d *Database) DayText(column string) string { return "to_char(" + column + ", 'YYYY-MM-DD')" }
