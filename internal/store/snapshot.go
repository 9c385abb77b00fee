package store

import (
	"context"

	"gorm.io/gorm"
)

// Snapshot reads the data of all tenants as it was at one moment. It must not be used concurrently.
type Snapshot struct {
	db       *gorm.DB
	database Database
}

// InSnapshot runs work, all of whose queries see the state of one moment, and changes nothing.
func (s *Store) InSnapshot(ctx context.Context, work func(snapshot Snapshot) error) error {
	return s.database.InSnapshot(ctx, func(tx *gorm.DB) error {
		return work(Snapshot{db: tx.WithContext(ctx), database: s.database})
	})
}

// Query scans the rows of an SQL query into a slice of structs, by the names of columns and fields. The query must be
// one that both databases understand; parameters are written as ?.
func (s Snapshot) Query(into any, query string, args ...any) error {
	return s.db.Raw(query, args...).Scan(into).Error
}

// DayOfTime is an SQL expression for the day in UTC of a column that holds a time, as text such as 2026-03-10.
func (s Snapshot) DayOfTime(column string) string { return s.database.DayOfTime(column) }

// DayText is an SQL expression for the day in a column that holds a day, as text such as 2026-03-10.
func (s Snapshot) DayText(column string) string { return s.database.DayText(column) }

// QuarterOfTime is an SQL expression for the quarter-hour of a column that holds a time; see [licensing.Quarter].
func (s Snapshot) QuarterOfTime(column string) string { return s.database.QuarterOfTime(column) }

// StoredQuarters is an SQL query of all claims by quarter-hour that are rolled up, with the columns tenant_id, day as
// text, policy_id, product_id, quarter and claims.
func (s Snapshot) StoredQuarters() string { return s.database.StoredQuarters() }

// CopyTo writes all that is committed at one moment to a new file, which is a database itself, while others read and
// write, and checks the file. If it fails, an incomplete file may remain. It returns an error if the database has other
// tools for that.
func (s *Store) CopyTo(ctx context.Context, path string) error { return s.database.CopyTo(ctx, path) }
