package admission

import (
	"sync"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Places bounds how many requests a server processes at the same time, so that under a flood, excess requests are
// refused quickly and take no memory. Places are shared fairly. While less than half of them are taken, a tenant may
// take as many as it likes. After that, it gets at most an equal share, computed as if there were one more tenant. In
// the same way, while less than a quarter of the places are taken, a principal may take as many as it likes, and after
// that at most an equal share of its tenant's share. A tenant or principal without a request always gets one place
// while there are any.
//
// Places is safe for concurrent use.
type Places struct {
	limit int

	mu      sync.Mutex
	taken   int
	tenants map[licensing.ID]*tenantPlaces
}

type tenantPlaces struct {
	taken      int
	principals map[string]int
}

// NewPlaces returns a number of places. If limit is zero, it returns nil, which has no bound.
func NewPlaces(limit int) *Places {
	if limit == 0 {
		return nil
	}

	return &Places{limit: limit, tenants: make(map[licensing.ID]*tenantPlaces)}
}

// Take takes a place for a request of the caller. ok is false if the caller gets none. Call release when the
// request is done; it may be called more than once. A nil Places has a place for every request.
func (p *Places) Take(caller auth.Caller) (release func(), ok bool) {
	if p == nil {
		return func() {}, true
	}

	p.mu.Lock()
	defer p.mu.Unlock()

	tenant, known := p.tenants[caller.TenantID]
	if !known {
		tenant = &tenantPlaces{principals: make(map[string]int)}
	}

	if !p.fair(tenant, caller.UserExternalID) {
		return nil, false
	}

	p.taken++
	tenant.taken++
	tenant.principals[caller.UserExternalID]++
	p.tenants[caller.TenantID] = tenant

	return sync.OnceFunc(func() { p.release(caller, tenant) }), true
}

// fair says whether this principal of the tenant may take one more place.
func (p *Places) fair(tenant *tenantPlaces, user string) bool {
	const half, quarter = 2, 4

	taken := tenant.principals[user]
	// One more tenant, and one more principal, may arrive.
	tenantShare := p.limit / (max(1, len(p.tenants)) + 1)
	principalShare := tenantShare / (max(1, len(tenant.principals)) + 1)

	return p.taken < p.limit &&
		(tenant.taken == 0 || p.taken < p.limit/half || tenant.taken < tenantShare) &&
		(taken == 0 || p.taken < p.limit/quarter || taken < principalShare)
}

func (p *Places) release(caller auth.Caller, tenant *tenantPlaces) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.taken--

	if tenant.principals[caller.UserExternalID]--; tenant.principals[caller.UserExternalID] == 0 {
		delete(tenant.principals, caller.UserExternalID)
	}

	if tenant.taken--; tenant.taken == 0 {
		delete(p.tenants, caller.TenantID)
	}
}
