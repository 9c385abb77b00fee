package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestStreamsCountAsOpenUntilTheyEnd(t *testing.T) {
	t.Parallel()

	var resolver *graph.Resolver

	a := serve(t, storetest.SQLite(t), func(r *graph.Resolver) { resolver = r })
	admin := a.as(a.world.NewTenant(t, "acme"), "admin", auth.RoleGlobalAdmin)

	require.Zero(t, resolver.OpenStreams())

	const query = `subscription { licensePoolChanged { available } }`

	followed := []events{admin.followEvents(query), admin.followSocket(query)}

	require.Eventually(t, func() bool { return resolver.OpenStreams() == len(followed) }, streamLimit, time.Millisecond)

	resolver.EndStreams()

	for _, stream := range followed {
		stream.requireEnd(t, graph.CodeUnavailable)
	}

	assert.Zero(t, resolver.OpenStreams())
}
