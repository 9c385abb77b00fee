package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestStreamsCountAsOpenUntilTheyEnd(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "admin", auth.RoleGlobalAdmin)

	require.Zero(t, a.handlers.OpenStreams())

	const query = `subscription { licensePoolChanged { available } }`

	followed := []events{admin.followEvents(query), admin.followSocket(query)}

	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == len(followed) }, streamLimit, time.Millisecond)

	a.handlers.EndStreams()

	for _, stream := range followed {
		stream.requireEnd(t, apierror.CodeUnavailable)
	}

	assert.Zero(t, a.handlers.OpenStreams())
}
