package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Policy is an auto-claim policy.
type Policy struct{ licensing.Policy }

// NewPolicy wraps a policy of the domain.
func NewPolicy(p licensing.Policy) Policy { return Policy{p} }

// ID returns the global id.
func (p Policy) ID() string { return globalid.Encode(licensing.KindPolicy, p.Policy.ID) }

// Products returns the policy's products in order.
func (p Policy) Products() []PolicyProduct {
	products := make([]PolicyProduct, len(p.Policy.Products))
	for i, product := range p.Policy.Products {
		products[i] = PolicyProduct{Position: i, Policy: p.Policy, ProductID: product.ProductID}
	}

	return products
}

// PolicyProduct is a product of a policy.
type PolicyProduct struct {
	// Position is 0 for the primary product and 1 to 4 for the backups.
	Position  int
	Policy    licensing.Policy
	ProductID licensing.ID
}
