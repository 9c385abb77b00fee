package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// ordering is a total order of a table: by a column and then by id, or by id only.
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

// beyond restricts the query to the rows after the cursor, or before it, in the order.
func (o ordering) beyond(query *gorm.DB, cursor paging.Cursor, after bool) (*gorm.DB, error) {
	sign := ">"
	if after == o.descending {
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

// paginate reads one page of the query by keyset pagination: a page costs the same wherever it is in the list.
func paginate[Row interface{ domain() T }, T any](
	query *gorm.DB, order ordering, page paging.Page, cursor func(T) paging.Cursor,
) (paging.Slice[T], error) {
	for _, bound := range []struct {
		cursor *paging.Cursor
		after  bool
	}{{page.After, true}, {page.Before, false}} {
		if bound.cursor == nil {
			continue
		}

		bounded, err := order.beyond(query, *bound.cursor, bound.after)
		if err != nil {
			return paging.Slice[T]{}, err
		}

		query = bounded
	}

	var rows []Row
	// It reads one row more than the page has, to find out whether the list goes on.
	if err := query.Order(order.sql(page.Backward)).Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return paging.Slice[T]{}, fmt.Errorf("read a page: %w", err)
	}

	more := len(rows) > page.Limit
	if more {
		rows = rows[:page.Limit]
	}

	slice := paging.Slice[T]{Items: make([]paging.Item[T], len(rows)), HasNext: more, HasPrevious: page.After != nil}

	if page.Backward {
		slices.Reverse(rows)

		slice.HasNext, slice.HasPrevious = page.Before != nil, more
	}

	for i, row := range rows {
		value := row.domain()
		slice.Items[i] = paging.Item[T]{Value: value, Cursor: cursor(value)}
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

// lazyList returns a list that reads the database only when it is asked for a page or a count. query builds the query for each read.
func lazyList[Row interface{ domain() T }, T any](
	query func(ctx context.Context) *gorm.DB, order ordering, cursor func(T) paging.Cursor,
) paging.List[T] {
	return searchedList[Row](func(ctx context.Context, _ bool) *gorm.DB { return query(ctx) }, order, cursor)
}

// searchedList is lazyList for a list whose query for the count is not the one for a page.
func searchedList[Row interface{ domain() T }, T any](
	query func(ctx context.Context, counting bool) *gorm.DB, order ordering, cursor func(T) paging.Cursor,
) paging.List[T] {
	return paging.List[T]{
		Page: func(ctx context.Context, page paging.Page) (paging.Slice[T], error) {
			return paginate[Row](query(ctx, false), order, page, cursor)
		},
		Count: func(ctx context.Context) (int, error) { return count(query(ctx, true)) },
	}
}
