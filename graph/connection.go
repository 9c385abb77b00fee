package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/autoclaim/autoclaim/internal/paging"
)

const (
	defaultPageSize = 50
	maxPageSize     = 100
)

// Connection is a page of a list, by the Relay specification.
type Connection[N any] struct {
	Edges    []Edge[N]
	PageInfo PageInfo

	count func(ctx context.Context) (int, error)
}

// Edge is an object of a page and its place.
type Edge[N any] struct {
	Cursor string
	Node   N
}

// Nodes are the page's objects without their places.
func (c Connection[N]) Nodes() []N {
	nodes := make([]N, len(c.Edges))
	for i, edge := range c.Edges {
		nodes[i] = edge.Node
	}

	return nodes
}

// TotalCount counts the objects on all pages; the database is asked only if a client selects it.
func (c Connection[N]) TotalCount(ctx context.Context) (int, error) { return c.count(ctx) }

// PolicyConnection and those below are the connections of the schema, and their edges.
type (
	PolicyConnection       = Connection[Policy]
	PolicyEdge             = Edge[Policy]
	ProductConnection      = Connection[Product]
	ProductEdge            = Edge[Product]
	AppConnection          = Connection[App]
	AppEdge                = Edge[App]
	UserConnection         = Connection[User]
	UserEdge               = Edge[User]
	LicenseConnection      = Connection[License]
	LicenseEdge            = Edge[License]
	SubscriptionConnection = Connection[ProductSubscription]
	SubscriptionEdge       = Edge[ProductSubscription]
	ClaimConnection        = Connection[Claim]
	ClaimEdge              = Edge[Claim]
	MissedClaimConnection  = Connection[MissedClaim]
	MissedClaimEdge        = Edge[MissedClaim]
	AuditEventConnection   = Connection[AuditEvent]
	AuditEventEdge         = Edge[AuditEvent]
)

// pageArgs are the arguments that every list has.
type pageArgs struct {
	first  *int
	after  *string
	last   *int
	before *string
}

// connect reads the page of the list that the arguments ask for.
func connect[T, N any](
	ctx context.Context, list paging.List[T], args pageArgs, node func(T) N,
) (*Connection[N], error) {
	page, err := args.page()
	if err != nil {
		return nil, err
	}

	slice, err := list.Page(ctx, page)
	if err != nil {
		return nil, err
	}

	connection := &Connection[N]{
		Edges:    make([]Edge[N], len(slice.Items)),
		PageInfo: PageInfo{HasNextPage: slice.HasNext, HasPreviousPage: slice.HasPrevious},
		count:    list.Count,
	}
	for i, item := range slice.Items {
		connection.Edges[i] = Edge[N]{Cursor: encodeCursor(item.Cursor), Node: node(item.Value)}
	}

	if n := len(connection.Edges); n > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[n-1].Cursor
	}

	return connection, nil
}

func (a pageArgs) page() (paging.Page, error) {
	page := paging.Page{Limit: defaultPageSize}

	switch {
	case a.first != nil && a.last != nil:
		return page, badInput("Give either 'first' or 'last', not both.")
	case a.first != nil:
		page.Limit = *a.first
	case a.last != nil:
		page.Limit, page.Backward = *a.last, true
	}

	if page.Limit < 1 || page.Limit > maxPageSize {
		return page, badInput("'first' and 'last' must be between 1 and %d. Ask for more pages instead.", maxPageSize)
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
		return nil, nil // No cursor was given, and that is fine.
	}

	var cursor paging.Cursor

	raw, err := base64.RawURLEncoding.DecodeString(*text)
	if err == nil {
		err = json.Unmarshal(raw, &cursor)
	}

	// PostgreSQL's text has no U+0000, so no cursor that was returned has it.
	if err != nil || strings.ContainsRune(cursor.Key, 0) {
		return nil, badInput("%s: %q is not a cursor. Pass a cursor as this list returned it.", argument, shorten(*text))
	}

	return &cursor, nil
}
