package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	gosqlite "github.com/glebarez/go-sqlite"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestATransactionThatFailsChangesNothing(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		failure := errors.New("no")

		err := tenant.Store.InTx(ctx, tenant.ID, func(tx *store.Tx) error {
			require.NoError(t, tx.SaveUsers(ctx, []licensing.User{{ID: licensing.NewID(tenant.Clock.Now()), ExternalID: "ann"}}))

			return failure
		})
		require.ErrorIs(t, err, failure)

		_, err = tenant.Data().UserByExternalID(ctx, "ann")
		assert.True(t, licensing.IsNotFound(err))
	})
}

func TestATransactionThatConflictsWithAnotherIsRetriedABoundedNumberOfTimes(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")

		var conflict error = &pgconn.PgError{Code: "40P01"}
		if strings.HasPrefix(url, "sqlite:") {
			conflict = busy(t, url)
		}

		attempts := 0
		err := tenant.Store.InTx(ctx, tenant.ID, func(*store.Tx) error {
			if attempts++; attempts < 3 {
				return conflict
			}

			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 3, attempts)

		attempts = 0
		err = tenant.Store.InTx(ctx, tenant.ID, func(*store.Tx) error {
			attempts++

			return conflict
		})
		require.ErrorIs(t, err, conflict)
		assert.Equal(t, 8, attempts)

		attempts = 0
		err = tenant.Store.InTx(ctx, tenant.ID, func(*store.Tx) error {
			attempts++

			return licensing.NotFound("id", licensing.KindPolicy)
		})
		require.Error(t, err)
		assert.Equal(t, 1, attempts, "a refusal is not retried")
	})
}

// busy returns the error of a writer while another connection writes.
func busy(t *testing.T, url string) error {
	t.Helper()

	first, second := storetest.Open(t, url).Writer(), storetest.Open(t, url).Writer()
	require.NoError(t, second.Exec("PRAGMA busy_timeout = 0").Error)

	holding := first.Begin()
	require.NoError(t, holding.Exec("UPDATE catalog_state SET version = version").Error)

	err := second.Exec("UPDATE catalog_state SET version = version").Error
	require.NoError(t, holding.Rollback().Error)

	_, ok := errors.AsType[*gosqlite.Error](err)
	require.True(t, ok, "%v", err)

	return err
}

func TestATransactionSeesWhatAnotherProcessCommittedBeforeItBegan(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 1)

		// Each process reads the pool and writes what it read plus one, as claims do. No increment may be lost.
		var (
			writers  sync.WaitGroup
			attempts atomic.Int64
		)

		for range 2 {
			process := storetest.Open(t, url)

			writers.Go(func() {
				for range 25 {
					err := process.InTx(ctx, tenant.ID, func(tx *store.Tx) error {
						attempts.Add(1)

						pools, err := tx.LockPools(ctx, []licensing.ID{tenant.E3.ID})
						if err != nil {
							return err
						}

						// This adds one only if no other transaction wrote in between.
						before := pools[tenant.E3.ID].Total

						return tx.SetPoolTotal(ctx, tenant.E3.ID, before+1)
					})
					assert.NoError(t, err)
				}
			})
		}

		writers.Wait()

		pools, err := tenant.Data().Pools(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1+2*25, pools[tenant.E3.ID].Total)
		assert.EqualValues(t, 2*25, attempts.Load(), "they wait for each other; none is retried")
	})
}

func TestTheDatabaseItselfKeepsTenantsApart(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		world := storetest.NewWorld(t, storetest.Open(t, url))
		one, other := world.NewTenant(t, "one"), world.NewTenant(t, "other")
		one.Buy(t, one.E3, 5)
		other.Buy(t, other.E3, 5)
		require.NoError(t, world.Admin.ImportUsers(ctx, other.ID, []licensing.User{{ExternalID: "ann"}}))

		theirs, err := other.Data().UserByExternalID(ctx, "ann")
		require.NoError(t, err)

		// Even faulty code cannot write this.
		err = world.Store.InTx(ctx, one.ID, func(tx *store.Tx) error {
			return tx.InsertLicenses(ctx, licensing.License{
				ID: licensing.NewID(world.Clock.Now()), UserID: theirs.ID, ProductID: one.E3.ID, Source: licensing.SourceDirect,
			})
		})
		require.Error(t, err)
	})
}

func TestTheDatabaseItselfRefusesASecondActiveLicenseOfAProduct(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 5)
		require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: "ann"}}))

		ann, err := tenant.Data().UserByExternalID(ctx, "ann")
		require.NoError(t, err)

		insert := func(removed bool) error {
			license := licensing.License{
				ID: licensing.NewID(tenant.Clock.Now()), UserID: ann.ID, ProductID: tenant.E3.ID, Source: licensing.SourceDirect,
			}
			if removed {
				require.NoError(t, license.Remove(tenant.Clock.Now()))
			}

			return tenant.Store.InTx(ctx, tenant.ID, func(tx *store.Tx) error { return tx.InsertLicenses(ctx, license) })
		}

		require.NoError(t, insert(true))
		require.NoError(t, insert(false))
		require.NoError(t, insert(true), "removed licenses do not count")
		require.Error(t, insert(false))
	})
}

func TestADatabaseURLThatNamesNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()

	for _, url := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "postgres://127.0.0.1:1/none"} {
		_, err := store.Open(context.Background(), url)
		assert.Error(t, err, url)
	}
}
