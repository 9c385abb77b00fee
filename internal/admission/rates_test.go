package admission_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/auth"
)

func TestARateLimitAppliesToEachPrincipalAndNilHasNone(t *testing.T) {
	t.Parallel()

	tenant := uuid.New()
	callerOf := func(user string, roles ...auth.Role) auth.Caller {
		return auth.Caller{TenantID: tenant, Identity: auth.Identity{UserExternalID: user, Roles: auth.NewRoles(roles...)}}
	}
	allowed := func(rates *admission.Rates, caller auth.Caller) bool {
		_, ok := rates.Allow(caller, 1)

		return ok
	}

	rates := admission.NewRates(admission.RateLimit{PerSecond: 0.001})
	assert.True(t, allowed(rates, callerOf("ann")))
	assert.False(t, allowed(rates, callerOf("ann")))
	assert.True(t, allowed(rates, callerOf("bob")), "another principal")

	for range 3 {
		assert.True(t, allowed(rates, callerOf("service", auth.RoleSignInService)), "sign-in services have a separate limit")
		assert.True(t, allowed(nil, callerOf("ann")))
	}
}

func TestALargeBodyCountsForSeveralRequests(t *testing.T) {
	t.Parallel()

	for bytes, want := range map[int64]int{-1: 0, 0: 0, 1000: 0, 64 << 10: 1, 1 << 20: 16} {
		assert.Equal(t, want, admission.RequestsOfBody(bytes), bytes)
	}

	caller := auth.Caller{TenantID: uuid.New(), Identity: auth.Identity{UserExternalID: "ann"}}
	rates := admission.NewRates(admission.RateLimit{PerSecond: 0.5 * 17})

	_, ok := rates.Allow(caller, 17)
	assert.True(t, ok, "a whole burst")

	retryAfter, ok := rates.Allow(caller, 17)
	assert.False(t, ok)
	assert.Equal(t, 2*time.Second, retryAfter)

	_, ok = admission.NewRates(admission.RateLimit{PerSecond: 1}).Allow(caller, 17)
	assert.True(t, ok, "a small burst is always enough")
}
