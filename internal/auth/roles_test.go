package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

func TestWithARoleMapOnlyMappedNamesGiveRoles(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	verifier := verifierOf(t, p, func(c *auth.Config) {
		c.RoleMapping = map[string]string{"helpdesk": "GLOBAL_READER", "REPORTS_READER": "REPORTS_READER"}
	})

	for name, expected := range map[string]auth.Roles{
		"helpdesk":       auth.NewRoles(auth.RoleGlobalReader),
		"REPORTS_READER": auth.NewRoles(auth.RoleReportsReader),
		// A group of the provider that happens to have the name of a role.
		"GLOBAL_ADMIN":  0,
		"GLOBAL_READER": 0,
		"":              0,
	} {
		got, err := verifier.Verify(t.Context(), token(t, p, map[string]any{"roles": []string{name, "other"}}))
		require.NoError(t, err)
		assert.Equal(t, expected, got.Roles, name)
	}
}

func TestAClockSkewOfZeroAllowsNone(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	verifier := verifierOf(t, p, func(c *auth.Config) { c.ClockSkew = 0 })

	_, err := verifier.Verify(t.Context(), token(t, p, map[string]any{"exp": now.Add(time.Second).Unix()}))
	require.NoError(t, err)

	_, err = verifier.Verify(t.Context(), token(t, p, map[string]any{"exp": now.Add(-time.Second).Unix()}))
	require.ErrorContains(t, err, "expired")
}
