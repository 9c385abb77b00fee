package model

import "context"

// Connection is one page of a list, as the Relay specification defines it.
type Connection[N any] struct {
	Edges    []Edge[N]
	PageInfo PageInfo

	// Count returns the number of objects on all pages.
	Count func(ctx context.Context) (int, error)
}

// Edge is an object of a page and its cursor.
type Edge[N any] struct {
	Cursor string
	Node   N
}

// Nodes returns the page's objects without their cursors.
func (c Connection[N]) Nodes() []N {
	nodes := make([]N, len(c.Edges))
	for i, edge := range c.Edges {
		nodes[i] = edge.Node
	}

	return nodes
}

// TotalCount counts the objects on all pages. It reads the database, and only if a client selects the field.
func (c Connection[N]) TotalCount(ctx context.Context) (int, error) { return c.Count(ctx) }

// PolicyConnection and the types below are the connections of the schema, and their edges.
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
