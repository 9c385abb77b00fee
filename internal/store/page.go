package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Cursor is a place in an ordered list: the sort key (empty in lists ordered by id alone) and the id.
type Cursor struct {
	Key string       `json:"k,omitempty"`
	ID  licensing.ID `json:"i"`
}

// Page says which part of a list is wanted: the first or the last so many after or before a cursor.
type Page struct {
	// Limit is at least 1.
	Limit int
	// Backward asks for the last Limit items rather than for the first.
	Backward bool
	// After and Before leave out everything up to, or from, the place.
	After, Before *Cursor
}

// Slice is a part of a list, always in the list's order.
type Slice[T any] struct {
	Items []Item[T]
	// HasNext and HasPrevious say whether the list goes on behind and before the items.
	HasNext, HasPrevious bool
}

// Item is one object of a list and its place.
type Item[T any] struct {
	Value  T
	Cursor Cursor
}

// ordering is a total order of a table: by a column, then by id; or by id alone.
type ordering struct {
	column     string
	descending bool
	// key reads the column's value from a cursor; nil where the column is text.
	key func(string) (any, error)
}

func byNewest() ordering { return ordering{descending: true} }

func byText(column string) ordering { return ordering{column: column} }

func byLatest(column string) ordering {
	return ordering{column: column, descending: true, key: func(text string) (any, error) {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, licensing.Refuse(licensing.CodeInvalidInput, "",
				"The cursor is not one of this list. Use the cursors that the list itself returned.")
		}

		return at, nil
	}}
}

func timeKey(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// beyond restricts the query to what lies behind the cursor (or before it) in the order.
func (o ordering) beyond(query *gorm.DB, cursor Cursor, behind bool) (*gorm.DB, error) {
	sign := ">"
	if behind == o.descending {
		sign = "<"
	}

	if o.column == "" {
		return query.Where("id "+sign+" ?", cursor.ID), nil
	}

	var key any = cursor.Key

	if o.key != nil {
		parsed, err := o.key(cursor.Key)
		if err != nil {
			return nil, err
		}

		key = parsed
	}

	return query.Where("("+o.column+", id) "+sign+" (?, ?)", key, cursor.ID), nil
}

func (o ordering) sql(backward bool) string {
	direction := " ASC"
	if o.descending != backward {
		direction = " DESC"
	}

	if o.column == "" {
		return "id" + direction
	}

	return o.column + direction + ", id" + direction
}

// paginate reads one page of the query by keyset: a page costs the same wherever it lies.
func paginate[Row interface{ domain() T }, T any](
	query *gorm.DB, order ordering, page Page, cursor func(T) Cursor,
) (Slice[T], error) {
	for _, bound := range []struct {
		cursor *Cursor
		behind bool
	}{{page.After, true}, {page.Before, false}} {
		if bound.cursor == nil {
			continue
		}

		bounded, err := order.beyond(query, *bound.cursor, bound.behind)
		if err != nil {
			return Slice[T]{}, err
		}

		query = bounded
	}

	var rows []Row
	// One row more than asked for tells whether the list goes on.
	if err := query.Order(order.sql(page.Backward)).Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return Slice[T]{}, fmt.Errorf("read a page: %w", err)
	}

	more := len(rows) > page.Limit
	if more {
		rows = rows[:page.Limit]
	}

	slice := Slice[T]{Items: make([]Item[T], len(rows)), HasNext: more, HasPrevious: page.After != nil}

	if page.Backward {
		slices.Reverse(rows)

		slice.HasNext, slice.HasPrevious = page.Before != nil, more
	}

	for i, row := range rows {
		value := row.domain()
		slice.Items[i] = Item[T]{Value: value, Cursor: cursor(value)}
	}

	return slice, nil
}

func count(query *gorm.DB) (int, error) {
	var n int64
	if err := query.Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}

	return int(n), nil
}

// List is a list that has not been read yet: a page of it, its length, or both can be asked for.
type List[T any] struct {
	Page  func(ctx context.Context, page Page) (Slice[T], error)
	Count func(ctx context.Context) (int, error)
}

// lazily makes a list from a query that is built anew for each reading.
func lazily[Row interface{ domain() T }, T any](
	query func(ctx context.Context) *gorm.DB, order ordering, cursor func(T) Cursor,
) List[T] {
	return List[T]{
		Page: func(ctx context.Context, page Page) (Slice[T], error) {
			return paginate[Row](query(ctx), order, page, cursor)
		},
		Count: func(ctx context.Context) (int, error) { return count(query(ctx)) },
	}
}
