package licensing

import "math"

// MaxOwned is how many licenses a tenant can own, of all products together: the largest number that the API's type Int
// holds. No sum of what its pools hold can be larger.
const MaxOwned = math.MaxInt32

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

// checkOwned refuses a change that adds licenses if the tenant would own more than [MaxOwned]. owned is how many it owns
// of all products before the change. A tenant of an older database may own more; nothing that adds none is refused.
func checkOwned(owned, added int, path string) error {
	if added > 0 && owned > MaxOwned-added {
		return Refuse(CodeQuantityOutOfRange, path,
			"Your organization would own %d licenses, of all products together. At most %d are possible. Choose a smaller quantity, or cancel another subscription first.",
			owned+added, MaxOwned)
	}

	return nil
}
