package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// pageArgs are the arguments that every list has.
type pageArgs struct {
	first  *int
	after  *string
	last   *int
	before *string
}

// connect reads the page of a list that the arguments ask for.
func connect[T, N any](
	ctx context.Context, list paging.List[T], args pageArgs, convert func(T) N,
) (*model.Connection[N], error) {
	page, err := args.page()
	if err != nil {
		return nil, err
	}

	slice, err := list.Page(ctx, page)
	if err != nil {
		return nil, err
	}

	connection := &model.Connection[N]{
		Edges:    make([]model.Edge[N], len(slice.Items)),
		PageInfo: model.PageInfo{HasNextPage: slice.HasNext, HasPreviousPage: slice.HasPrevious},
		Count:    list.Count,
	}
	for i, item := range slice.Items {
		connection.Edges[i] = model.Edge[N]{Cursor: encodeCursor(item.Cursor), Node: convert(item.Value)}
	}

	if n := len(connection.Edges); n > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[n-1].Cursor
	}

	return connection, nil
}

func (a pageArgs) page() (paging.Page, error) {
	page := paging.Page{Limit: admission.DefaultPageSize}

	switch {
	case a.first != nil && a.last != nil:
		return page, apierror.BadInput("Give either 'first' or 'last', not both.")
	case a.first != nil:
		page.Limit = *a.first
	case a.last != nil:
		page.Limit, page.Backward = *a.last, true
	}

	if page.Limit < 1 || page.Limit > admission.MaxPageSize {
		return page, apierror.BadInput(
			"'first' and 'last' must be between 1 and %d. Read more pages instead.", admission.MaxPageSize)
	}

	var err error
	if page.After, err = decodeCursor(a.after, "after"); err != nil {
		return page, err
	}

	page.Before, err = decodeCursor(a.before, "before")

	return page, err
}

func encodeCursor(cursor paging.Cursor) string {
	// Text and a UUID always have a JSON form.
	raw, _ := json.Marshal(cursor)

	return base64.RawURLEncoding.EncodeToString(raw)
}

func decodeCursor(text *string, argument string) (*paging.Cursor, error) {
	if text == nil {
		return nil, nil
	}

	var cursor paging.Cursor

	raw, err := base64.RawURLEncoding.DecodeString(*text)
	if err == nil {
		err = json.Unmarshal(raw, &cursor)
	}

	// PostgreSQL cannot store U+0000, so no cursor of this API has it.
	if err != nil || strings.ContainsRune(cursor.Key, 0) {
		return nil, apierror.BadInput(
			"%s: %q is not a cursor. Pass a cursor as this list returned it.", argument, apierror.Shorten(*text))
	}

	return &cursor, nil
}
