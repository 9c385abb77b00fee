package claiming

import (
	"context"
	"sync"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// policyCache keeps each tenant's live policies, with the version of the configuration that they belong to.
type policyCache struct {
	mu      sync.Mutex
	tenants map[licensing.ID]tenantPolicies
}

type tenantPolicies struct {
	version int64
	byApp   map[licensing.ID]*licensing.Policy
}

// atLeast returns the tenant's policies at this version of the configuration or at a later one. They are shared:
// callers must not change them.
func (c *policyCache) atLeast(ctx context.Context, tenant store.Handle, version int64) (tenantPolicies, error) {
	c.mu.Lock()
	cached, ok := c.tenants[tenant.TenantID()]
	c.mu.Unlock()

	if ok && cached.version >= version {
		return cached, nil
	}

	policies, err := tenant.Policies(ctx)
	if err != nil {
		return tenantPolicies{}, err
	}

	// The policies may be newer than the version. Then they are read once more than necessary, which does no harm.
	fresh := tenantPolicies{version: version, byApp: make(map[licensing.ID]*licensing.Policy, len(policies))}
	for i := range policies {
		fresh.byApp[policies[i].AppID] = &policies[i]
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	if c.tenants[tenant.TenantID()].version < version {
		c.tenants[tenant.TenantID()] = fresh
	}

	return fresh, nil
}
