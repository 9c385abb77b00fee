package sqlite

import (
	"encoding/json"
	"errors"

	"gorm.io/gorm"
)

// eachRow runs the query, scans its rows into the same targets one after the other, and calls use after each.
func eachRow(query *gorm.DB, targets []any, use func() error) (err error) {
	rows, err := query.Rows()
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, rows.Close()) }()

	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}

		if err := use(); err != nil {
			return err
		}
	}

	return rows.Err()
}

// jsonRows returns rows as a JSON list of lists, which a statement reads with json_each. A parameter for each cell
// would cost more than the rest of a batch.
func jsonRows[T any](items []T, row func(T) []any) string {
	rows := make([][]any, len(items))
	for i, item := range items {
		rows[i] = row(item)
	}

	text, _ := json.Marshal(rows) // It cannot fail: ids, texts and numbers always have a JSON form.

	return string(text)
}
