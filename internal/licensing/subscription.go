package licensing

import (
	"slices"
	"time"
)

// MaxQuantity is the largest quantity of one subscription.
const MaxQuantity = 10_000_000

// SubscriptionStatus is the state of a subscription.
type SubscriptionStatus string

// The statuses of a subscription.
const (
	SubscriptionActive SubscriptionStatus = "ACTIVE"
	// SubscriptionWarning means expired, but in the grace period: its licenses stay, and still count.
	SubscriptionWarning   SubscriptionStatus = "WARNING"
	SubscriptionSuspended SubscriptionStatus = "SUSPENDED"
	SubscriptionCanceled  SubscriptionStatus = "CANCELED"
)

// SubscriptionStatuses returns all statuses, in the order in which a subscription usually has them.
func SubscriptionStatuses() []SubscriptionStatus {
	return []SubscriptionStatus{
		SubscriptionActive, SubscriptionWarning, SubscriptionSuspended, SubscriptionCanceled,
	}
}

// CountingStatuses returns the statuses in which a subscription's quantity counts as licenses.
func CountingStatuses() []SubscriptionStatus {
	return slices.DeleteFunc(SubscriptionStatuses(), func(s SubscriptionStatus) bool { return !s.Counts() })
}

// Counts says whether the quantity of a subscription in this status counts as licenses.
func (s SubscriptionStatus) Counts() bool {
	return s == SubscriptionActive || s == SubscriptionWarning
}

// Subscription is a tenant's purchase of a quantity of a product.
type Subscription struct {
	ID        ID `json:"id"`
	ProductID ID `json:"productId"`
	// Quantity is 1 to MaxQuantity.
	Quantity  int                `json:"quantity"`
	Status    SubscriptionStatus `json:"status"`
	CreatedAt time.Time          `json:"createdAt"`
	UpdatedAt time.Time          `json:"updatedAt"`
}

// CountedQuantity is what the subscription adds to its license pool.
func (s Subscription) CountedQuantity() int {
	if s.Status.Counts() {
		return s.Quantity
	}

	return 0
}

// NewSubscription makes a subscription, or refuses a quantity out of range. owned is how many licenses the tenant owns,
// of all products together.
func NewSubscription(
	productID ID, quantity int, status SubscriptionStatus, owned int, at time.Time,
) (Subscription, error) {
	if err := checkQuantity(quantity); err != nil {
		return Subscription{}, err
	}

	subscription := Subscription{
		ID: NewID(at), ProductID: productID, Quantity: quantity, Status: status, CreatedAt: at, UpdatedAt: at,
	}

	if err := checkOwned(owned, subscription.CountedQuantity(), "quantity"); err != nil {
		return Subscription{}, err
	}

	return subscription, nil
}

// Change sets quantity and status. pool is the product's pool, and owned how many licenses the tenant owns of all
// products together, both before the change.
//
// A change that lowers the pool's total below what is assigned is refused, unless the subscription lapses: then users
// keep their licenses. A change that raises the total, such as the renewal of a lapsed subscription, is not refused for
// that reason, even if more licenses stay assigned than there are.
func (s *Subscription) Change(quantity int, status SubscriptionStatus, pool Pool, owned int) error {
	if err := checkQuantity(quantity); err != nil {
		return err
	}

	changed := *s
	changed.Quantity, changed.Status = quantity, status

	added := changed.CountedQuantity() - s.CountedQuantity()
	total := pool.Total + added

	if excess := pool.Assigned - total; added < 0 && status.Counts() && excess > 0 {
		return Refuse(CodeQuantityBelowAssigned, "quantity",
			"%d licenses of this product are assigned, but only %d would be left. Remove %d first, or choose a larger quantity.",
			pool.Assigned, total, excess)
	}

	atFault := "quantity"
	if quantity <= s.Quantity {
		atFault = "status"
	}

	if err := checkOwned(owned, added, atFault); err != nil {
		return err
	}

	*s = changed

	return nil
}

func checkQuantity(quantity int) error {
	if quantity < 1 || quantity > MaxQuantity {
		return Refuse(CodeQuantityOutOfRange, "quantity",
			"The quantity is %d. Enter 1 to %d; to end a subscription, set its status to CANCELED.", quantity, MaxQuantity)
	}

	return nil
}
