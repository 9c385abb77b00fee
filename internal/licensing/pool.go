package licensing

// Pool counts a tenant's licenses of one product.
type Pool struct {
	ProductID ID
	// Total is the sum of the quantities of the subscriptions that count.
	Total int
	// Assigned is the number of active licenses. When a subscription lapses, it may be larger than Total.
	Assigned int
}

// Available is how many more licenses can be assigned; never negative.
func (p Pool) Available() int { return max(0, p.Total-p.Assigned) }

// Owned says whether the tenant has a subscription of the product that counts.
func (p Pool) Owned() bool { return p.Total > 0 }
