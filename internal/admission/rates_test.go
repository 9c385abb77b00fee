package admission_test

import (
	"testing"

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
		_, ok := rates.Allow(caller)

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
