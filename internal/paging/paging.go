// Package paging describes lists that are read page by page, with cursors (keyset pagination).
//
// It holds what the database, the use cases and the API share: how a page is asked for, and what it
// contains. Reading a page from a table is up to package store; [ListOf] pages through objects in memory.
package paging

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Cursor marks a place in an ordered list: the sort key of the object there, and its id. The key is empty
// in lists that are ordered by id alone.
type Cursor struct {
	Key string       `json:"k,omitempty"`
	ID  licensing.ID `json:"i"`
}

// Page says which part of a list to read: the first or the last Limit items between two cursors.
type Page struct {
	// Limit is the largest number of items; at least 1.
	Limit int
	// Backward asks for the last Limit items instead of the first.
	Backward bool
	// After leaves out all items up to and including the cursor; nil leaves out none.
	After *Cursor
	// Before leaves out all items from the cursor on; nil leaves out none.
	Before *Cursor
}

// Slice is one page of a list. Its items are always in the list's order.
type Slice[T any] struct {
	Items []Item[T]
	// HasNext says whether the list has items after these, HasPrevious whether it has items before them.
	HasNext, HasPrevious bool
}

// Item is one object of a list, and its place in the list.
type Item[T any] struct {
	Value  T
	Cursor Cursor
}

// List is a list that has not been read yet. Callers read a page, the length, or both.
type List[T any] struct {
	// Page reads one page. A cursor that does not belong to the list is refused with a *licensing.Refusal.
	Page func(ctx context.Context, page Page) (Slice[T], error)
	// Count reads how many items the whole list has.
	Count func(ctx context.Context) (int, error)
}
