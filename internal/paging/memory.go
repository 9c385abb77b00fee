package paging

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ListOf makes a list of objects that are in memory. It orders them by the key of their cursors, then by
// id; so no two objects may have the same cursor.
func ListOf[T any](objects []T, cursor func(T) Cursor) List[T] {
	items := make([]Item[T], len(objects))
	for i, object := range objects {
		items[i] = Item[T]{Value: object, Cursor: cursor(object)}
	}

	slices.SortFunc(items, func(a, b Item[T]) int { return compareCursors(a.Cursor, b.Cursor) })

	return List[T]{
		Page:  func(_ context.Context, page Page) (Slice[T], error) { return pageOf(items, page), nil },
		Count: func(context.Context) (int, error) { return len(items), nil },
	}
}

func compareCursors(a, b Cursor) int {
	return cmp.Or(strings.Compare(a.Key, b.Key), licensing.CompareIDs(a.ID, b.ID))
}

func pageOf[T any](items []Item[T], page Page) Slice[T] {
	from, to := 0, len(items)

	if page.After != nil {
		from = slices.IndexFunc(items, func(i Item[T]) bool { return compareCursors(i.Cursor, *page.After) > 0 })
		if from < 0 {
			from = to
		}
	}

	if page.Before != nil {
		if i := slices.IndexFunc(items, func(i Item[T]) bool { return compareCursors(i.Cursor, *page.Before) >= 0 }); i >= 0 {
			to = max(from, i)
		}
	}

	if page.Backward {
		from = max(from, to-page.Limit)
	} else {
		to = min(to, from+page.Limit)
	}

	return Slice[T]{Items: items[from:to], HasNext: to < len(items), HasPrevious: from > 0}
}
