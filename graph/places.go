package graph

import (
	"sync"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Places bound how many requests a server works on at once, so that a flood costs it a quick refusal each and no
// memory. No tenant that floods keeps another out, and no principal a colleague: once half of the places are
// taken, a tenant gets its even share at most, and half of that is for those of its principals who ask first. A
// newcomer counts as one who shares before it comes. Places are safe for concurrent use; nil has no bound.
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

// NewPlaces returns so many places; nil, which has no bound, if limit is zero.
func NewPlaces(limit int) *Places {
	if limit == 0 {
		return nil
	}

	return &Places{limit: limit, tenants: make(map[licensing.ID]*tenantPlaces)}
}

// take gives the caller a place until it is given back, which may be done twice. ok is false if there is none.
func (p *Places) take(caller Caller) (giveBack func(), ok bool) {
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

	return sync.OnceFunc(func() { p.giveBack(caller, tenant) }), true
}

// fair says whether there is a place for this principal of the tenant that is no other's.
func (p *Places) fair(tenant *tenantPlaces, user string) bool {
	const half, quarter = 2, 4

	mine := tenant.principals[user]
	// One more of each may come.
	tenantShare := p.limit / (max(1, len(p.tenants)) + 1)
	principalShare := tenantShare / (max(1, len(tenant.principals)) + 1)

	return p.taken < p.limit &&
		(tenant.taken == 0 || p.taken < p.limit/half || tenant.taken < tenantShare) &&
		(mine == 0 || p.taken < p.limit/quarter || mine < principalShare)
}

func (p *Places) giveBack(caller Caller, tenant *tenantPlaces) {
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
