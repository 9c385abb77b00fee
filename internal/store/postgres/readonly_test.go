package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// failover is an address that can lead to a primary and to its standby.
type failover struct {
	relay            *testdb.Relay
	primary, standby *testdb.Instance
}

func newFailover(t *testing.T) failover {
	t.Helper()
	testdb.RequireProgram(t, "pg_basebackup")

	primary, err := testdb.NewInstance()
	t.Cleanup(primary.Close)
	require.NoError(t, err)
	require.NoError(t, primary.Start())

	standby, err := primary.Standby("standby")
	t.Cleanup(standby.Close)
	require.NoError(t, err)
	require.NoError(t, standby.Start())

	relay, err := testdb.NewRelay(primary.Address())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, relay.Close()) })

	return failover{relay, primary, standby}
}

// url is the URL of a database at the address.
func (f failover) url(t *testing.T, parameters string) string {
	t.Helper()

	u, err := url.Parse(f.primary.URL("postgres"))
	require.NoError(t, err)

	u.Host = f.relay.Address()
	u.RawQuery += parameters

	return u.String()
}

// claimant claims licenses for new users.
type claimant struct {
	*storetest.Tenant

	claims *claiming.Service
	users  int
}

func newClaimant(t *testing.T, db *store.Store) *claimant {
	t.Helper()

	world := storetest.NewWorld(t, db)
	tenant := world.NewTenant(t, "acme")
	tenant.Buy(t, tenant.E3, 10_000)
	tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

	return &claimant{Tenant: tenant, claims: storetest.NewClaims(t, db, world.Clock)}
}

// claim claims for a user who has no license yet.
func (c *claimant) claim(t *testing.T) error {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()

	c.users++
	_, err := c.claims.Claim(ctx, c.ID, fmt.Sprintf("user-%d", c.users), "TEAMS1")

	return err
}

func TestClaimsReturnAtOnceAfterTheAddressLedToAStandby(t *testing.T) {
	t.Parallel()

	for name, parameters := range map[string]string{"by default": "", "with target_session_attrs": "&target_session_attrs=read-write"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			servers := newFailover(t)
			db := migrated(t, servers.url(t, parameters), store.WithConnections(8))
			user := newClaimant(t, db)

			require.NoError(t, user.claim(t))
			require.NoError(t, db.Ready(t.Context()))

			servers.relay.LeadTo(servers.standby.Address())
			servers.relay.Cut()

			// At first it may find connections that were cut.
			require.Eventually(t, func() bool {
				err := db.Ready(t.Context())
				require.Error(t, err)
				assert.True(t, store.IsUnavailable(err), err)

				return strings.Contains(err.Error(), "the server only reads")
			}, time.Minute, 10*time.Millisecond)

			for range 5 {
				require.Error(t, user.claim(t))
			}

			_, err := db.ForSignIns(user.ID).Tenant(t.Context())
			require.ErrorContains(t, err, "the server only reads", "the answers of a standby may be old")

			_, err = store.Open(t.Context(), servers.url(t, parameters))
			require.ErrorContains(t, err, "let the address lead to the primary")

			servers.relay.LeadTo(servers.primary.Address())
			require.NoError(t, db.Ready(t.Context()))

			for range 20 {
				require.NoError(t, user.claim(t))
			}

			// The primary is lost, and the standby becomes the primary.
			servers.primary.Kill()
			servers.relay.LeadTo(servers.standby.Address())
			servers.relay.Cut()
			require.Error(t, user.claim(t))
			runScript(t, servers.standby.URL("postgres"), "SELECT pg_promote()")
			require.Eventually(t, func() bool { return user.claim(t) == nil }, time.Minute, 10*time.Millisecond)
			require.NoError(t, db.Ready(t.Context()))
		})
	}
}

func TestWorkThatOnlyReadsMayUseAStandby(t *testing.T) {
	t.Parallel()

	servers := newFailover(t)
	storetest.Fill(t, migrated(t, servers.url(t, "")))
	servers.relay.LeadTo(servers.standby.Address())

	require.Eventually(t, func() bool {
		db, err := store.Open(t.Context(), servers.url(t, ""), store.ForReading())
		if err != nil {
			return false
		}

		defer func() { assert.NoError(t, db.Close()) }()

		tenants, err := db.Tenants(t.Context())

		return err == nil && len(tenants) == 2 // The standby may be behind.
	}, time.Minute, 10*time.Millisecond)

	violations, err := upkeep.Check(t.Context(), storetest.Open(t, servers.url(t, ""), store.ForReading()))
	require.NoError(t, err)
	assert.Empty(t, violations)
}

func TestConnectionsToAServerThatTurnedReadOnlyAreLeft(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	db := migrated(t, address, store.WithConnections(8))
	user := newClaimant(t, db)
	readOnly := func(value string) {
		// A session that only reads could not change the setting.
		runScript(t, address+"&default_transaction_read_only=off", "ALTER DATABASE "+nameOf(t, address)+" SET default_transaction_read_only = "+value)
	}

	watch, err := db.Watch(soon(t), user.ID)
	require.NoError(t, err)
	require.NoError(t, user.claim(t))
	_, err = watch.Next(soon(t))
	require.NoError(t, err)

	// New sessions only read, except that the one that listens is an older one.
	readOnly("on")
	endSessions(t, address)

	// The first of them find that their sessions have ended.
	for range 10 {
		err = user.claim(t)
		require.Error(t, err)
		assert.True(t, store.IsUnavailable(err), err)
	}

	_, err = watch.Next(soon(t))
	require.ErrorIs(t, err, livefeed.ErrInterrupted, "the session may be one with a server that was the primary")

	_, err = db.For(user.ID).Tenant(t.Context())
	require.NoError(t, err, "the server is the primary, so its answers are right")

	// Older sessions still only read.
	readOnly("off")
	require.Eventually(t, func() bool { return user.claim(t) == nil }, time.Minute, 10*time.Millisecond)
	time.Sleep(time.Second) // The other sessions that only read are left by then.

	for range 20 {
		_ = user.claim(t)
	}

	for range 20 {
		require.NoError(t, user.claim(t))
	}
}

func TestAServerIsReadyOnlyWhileItCouldWrite(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	db := migrated(t, address, store.WithConnections(8))
	setting := "ALTER DATABASE " + nameOf(t, address) + " SET default_transaction_read_only = "

	require.NoError(t, db.Ready(t.Context()))
	runScript(t, address, setting+"on")
	endSessions(t, address)

	err := db.Ready(t.Context())
	require.ErrorContains(t, err, "turn that setting off")
	assert.True(t, store.IsUnavailable(err))

	_, err = store.Open(t.Context(), address)
	require.ErrorContains(t, err, "the server only reads")

	runScript(t, address+"&default_transaction_read_only=off", setting+"off")
	require.Eventually(t, func() bool { return db.Ready(t.Context()) == nil }, time.Minute, 10*time.Millisecond)
}

// endSessions ends all sessions of a database but those that listen.
func endSessions(t *testing.T, address string) {
	t.Helper()

	runScript(t, address+"&default_transaction_read_only=off", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN %'`)
}

func TestReadyAsksAnotherConnectionWhenOneWasCut(t *testing.T) {
	t.Parallel()

	address := emptyDatabase(t)
	db := migrated(t, address)

	for range 20 {
		require.NoError(t, db.Ready(t.Context()))
		runScript(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}

	require.NoError(t, db.Ready(t.Context()))
}
