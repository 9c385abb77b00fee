package sqlite

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// AnyOf passes the ids as one JSON list.
func (d *Database) AnyOf(column string, ids []licensing.ID) clause.Expr {
	return gorm.Expr(column+" IN (SELECT value FROM json_each(?))", columns.EncodeIDs(ids))
}

// ByBytes returns the column itself: SQLite compares bytes unless told otherwise.
func (d *Database) ByBytes(column string) string { return column }

// DayOfTime formats a datetime.
func (d *Database) DayOfTime(column string) string { return "date(" + column + ")" }

// DayText formats a date, which is stored as the datetime of its midnight.
func (d *Database) DayText(column string) string { return "date(" + column + ")" }
