package admission

import (
	"sync"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Shares divides a limited number of units between the callers of a server, so that under a flood, excess requests are
// refused quickly and others are not affected. A unit is whatever the limit counts: requests, bytes or connections.
//
// While less than half of the units are taken, a tenant may take as many as it likes. After that, it gets at most an
// equal share, computed as if there were one more tenant. In the same way, while less than a quarter of the units are
// taken, a principal may take as many as it likes, and after that at most an equal share of its tenant's share. A
// tenant or principal that has none always gets some while there are any.
//
// Shares is safe for concurrent use.
type Shares struct {
	limit int64

	mu      sync.Mutex
	taken   int64
	tenants map[licensing.ID]*tenantShare
}

type tenantShare struct {
	taken      int64
	principals map[string]int64
}

// NewShares returns a number of units to share. If limit is zero, it returns nil, which has no bound.
func NewShares(limit int64) *Shares {
	if limit == 0 {
		return nil
	}

	return &Shares{limit: limit, tenants: make(map[licensing.ID]*tenantShare)}
}

// Take takes a number of units for the caller. ok is false if the caller does not get them. Call release when they
// are no longer used; it may be called more than once. A nil Shares gives everything.
func (s *Shares) Take(caller auth.Caller, units int64) (release func(), ok bool) {
	if s == nil || units == 0 {
		return func() {}, true
	}

	if !s.take(principalOf(caller), units) {
		return nil, false
	}

	return sync.OnceFunc(func() { s.give(principalOf(caller), units) }), true
}

func (s *Shares) take(who principal, units int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	tenant, known := s.tenants[who.tenant]
	if !known {
		tenant = &tenantShare{principals: make(map[string]int64)}
	}

	if !s.fair(tenant, who.user, units) {
		return false
	}

	s.taken += units
	tenant.taken += units
	tenant.principals[who.user] += units
	s.tenants[who.tenant] = tenant

	return true
}

// fair says whether this principal of the tenant may take more units.
func (s *Shares) fair(tenant *tenantShare, user string, units int64) bool {
	const half, quarter = 2, 4

	taken := tenant.principals[user]
	// One more tenant, and one more principal, may arrive.
	tenantLimit := s.limit / int64(max(1, len(s.tenants))+1)
	principalLimit := tenantLimit / int64(max(1, len(tenant.principals))+1)

	return s.taken+units <= s.limit &&
		(tenant.taken == 0 || s.taken+units <= s.limit/half || tenant.taken+units <= tenantLimit) &&
		(taken == 0 || s.taken+units <= s.limit/quarter || taken+units <= principalLimit)
}

func (s *Shares) give(who principal, units int64) {
	s.mu.Lock()
	defer s.mu.Unlock()

	tenant := s.tenants[who.tenant]
	s.taken -= units

	if tenant.principals[who.user] -= units; tenant.principals[who.user] == 0 {
		delete(tenant.principals, who.user)
	}

	if tenant.taken -= units; tenant.taken == 0 {
		delete(s.tenants, who.tenant)
	}
}
