package sqlite

import (
	"encoding/json"

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

// QuarterOfTime counts from the epoch.
func (d *Database) QuarterOfTime(column string) string {
	return "(CAST(strftime('%s', " + column + ") AS integer) / 900 % 96 + 1)"
}

// QuartersText returns the column: it is JSON.
func (d *Database) QuartersText(column string) string { return column }

// Quarters writes the object.
func (d *Database) Quarters(claims map[int]int) clause.Expr {
	if len(claims) == 0 {
		return gorm.Expr("?", "{}")
	}

	text, _ := json.Marshal(claims) // It cannot fail: numbers always have a JSON form.

	return gorm.Expr("?", string(text))
}

// StoredQuarters unnests the objects.
func (d *Database) StoredQuarters() string {
	return "SELECT tenant_id, " + d.DayText("day") + ` AS day, policy_id, product_id,
	CAST(q.key AS integer) AS quarter, q.value AS claims
FROM claim_days, json_each(quarters) q`
}
