package claiming_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()

	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, "goroutines without an owner:", err)

		status = 1
	}

	os.Exit(status)
}

// each runs the test with one tenant, on both databases. claims answers the claims.
func each(t *testing.T, test func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service)) {
	t.Helper()
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		test(t, world.NewTenant(t, "acme"), newServer(t, world.Store, world.Clock))
	})
}

// newServer starts a server on the database. Each process has one such server.
func newServer(t *testing.T, db *store.Store, clock *storetest.Clock) *claiming.Service {
	t.Helper()

	service := claiming.New(db, clock.Now, storetest.Logger())
	t.Cleanup(service.Close)

	return service
}

func claim(t *testing.T, s *claiming.Service, tenant *storetest.Tenant, user, app string) claiming.Answer {
	t.Helper()

	answer, err := s.Claim(context.Background(), tenant.ID, user, app)
	require.NoError(t, err)

	return answer
}

// requireSound fails the test if the database breaks a rule.
func requireSound(t *testing.T, db *store.Store) {
	t.Helper()

	violations, err := upkeep.Check(context.Background(), db)
	require.NoError(t, err)
	require.Empty(t, violations)
}

func pool(t *testing.T, tenant *storetest.Tenant, product licensing.Product) licensing.Pool {
	t.Helper()

	pools, err := tenant.Data().Pools(context.Background())
	require.NoError(t, err)

	return pools[product.ID]
}
