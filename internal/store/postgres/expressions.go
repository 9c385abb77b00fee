package postgres

import (
	"maps"
	"slices"
	"strconv"
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

// QuarterOfTime counts from the epoch, which does not depend on the session's time zone.
func (d *Database) QuarterOfTime(column string) string {
	return "(floor(extract(epoch FROM " + column + ") / 900)::bigint % 96 + 1)"
}

// QuartersText turns the array into an object.
func (d *Database) QuartersText(column string) string {
	return "coalesce((SELECT json_object_agg(array_lower(" + column + ", 1) + i - 1, n)::text FROM unnest(" + column +
		") WITH ORDINALITY AS q (n, i) WHERE n IS NOT NULL), '{}')"
}

// Quarters writes an array up to the last quarter-hour that has claims.
func (d *Database) Quarters(claims map[int]int) clause.Expr {
	elements := make([]string, slices.Max(append(slices.Collect(maps.Keys(claims)), 0)))

	for i := range elements {
		elements[i] = "NULL"
		if n := claims[i+1]; n > 0 {
			elements[i] = strconv.Itoa(n)
		}
	}

	return gorm.Expr("?::integer[]", "{"+strings.Join(elements, ",")+"}")
}

// StoredQuarters unnests the arrays.
func (d *Database) StoredQuarters() string {
	return "SELECT tenant_id, " + d.DayText("day") + ` AS day, policy_id, product_id,
	array_lower(quarters, 1) + i - 1 AS quarter, n AS claims
FROM claim_days CROSS JOIN LATERAL unnest(quarters) WITH ORDINALITY AS q (n, i) WHERE n IS NOT NULL`
}
