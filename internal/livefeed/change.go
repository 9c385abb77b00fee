package livefeed

import "github.com/autoclaim/autoclaim/internal/licensing"

// Change is what one or more transactions of a tenant changed. The zero value is an empty change, ready to use.
// It is not safe for concurrent use.
type Change struct {
	// Claims are the ids of new claims under each policy, in the order in which the claims were made.
	Claims map[licensing.ID][]licensing.ID
	// Pools are the products whose license pools changed.
	Pools map[licensing.ID]struct{}
}

// AddClaims adds new claims.
func (c *Change) AddClaims(claims []licensing.Claim) {
	for _, claim := range claims {
		c.addClaims(claim.PolicyID, claim.ID)
	}
}

func (c *Change) addClaims(policy licensing.ID, claims ...licensing.ID) {
	if c.Claims == nil {
		c.Claims = make(map[licensing.ID][]licensing.ID)
	}

	c.Claims[policy] = append(c.Claims[policy], claims...)
}

// AddPool adds a product whose license pool changed.
func (c *Change) AddPool(product licensing.ID) {
	if c.Pools == nil {
		c.Pools = make(map[licensing.ID]struct{})
	}

	c.Pools[product] = struct{}{}
}

func (c *Change) empty() bool { return len(c.Claims) == 0 && len(c.Pools) == 0 }

func (c *Change) countClaims() int {
	count := 0
	for _, claims := range c.Claims {
		count += len(claims)
	}

	return count
}

func (c *Change) merge(other Change) {
	for policy, claims := range other.Claims {
		c.addClaims(policy, claims...)
	}

	for product := range other.Pools {
		c.AddPool(product)
	}
}
