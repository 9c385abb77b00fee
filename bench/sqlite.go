package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// sqliteClaims measures claims through the server on SQLite.
func (b *testbed) sqliteClaims(callers int) measurement {
	return measurement{fmt.Sprintf("SQLite: new claims, %d callers", callers), func(ctx context.Context) (sample, error) {
		got, err := runLoad(ctx, b.sqlite.signIn, callers, b.sqlite.users, b.duration, claim(newUser, `"CLAIMED"`))
		b.sqlite.users += got.requests

		return got, err
	}}
}

// sqliteSingleClaims measures the same claims with one transaction for each. It calls the store directly, with the same
// driver and statements, but without a server.
func (b *testbed) sqliteSingleClaims(callers int) measurement {
	return measurement{fmt.Sprintf("SQLite: one transaction per claim, %d callers", callers), func(ctx context.Context) (sample, error) {
		db, err := store.Open(ctx, b.sqlite.server.database)
		if err != nil {
			return sample{}, err
		}

		tenant, err := db.TenantByExternalID(ctx, "demo")
		if err != nil {
			return sample{}, errors.Join(err, db.Close())
		}

		policies, err := db.For(tenant.ID).Policies(ctx)
		if err != nil {
			return sample{}, errors.Join(err, db.Close())
		}

		got, err := b.claimOneByOne(ctx, db, tenant.ID, policies[0], callers)

		return got, errors.Join(err, db.Close())
	}}
}

func (b *testbed) claimOneByOne(
	ctx context.Context, db *store.Store, tenant licensing.ID, policy licensing.Policy, callers int,
) (sample, error) {
	var (
		done    atomic.Int64
		running sync.WaitGroup
		began   = time.Now()
		errs    = make([]error, callers)
		product = policy.Products[0].ProductID
	)

	for i := range callers {
		running.Go(func() {
			for errs[i] == nil && time.Since(began) < b.duration {
				user := fmt.Sprintf("single-%d-%d", i, time.Now().UnixNano())
				at := licensing.Instant(time.Now())

				errs[i] = db.ClaimInTx(ctx, tenant, []licensing.Person{{ExternalID: user}}, []licensing.ID{product}, at,
					func(facts licensing.ClaimFacts) (licensing.ClaimResults, error) {
						license := licensing.License{
							ID: licensing.NewID(at), UserID: facts.Users[user].ID, ProductID: product,
							Source: licensing.SourceAutoClaim, PolicyID: &policy.ID, AssignedAt: at,
						}

						return licensing.ClaimResults{
							PolicyID: policy.ID, AppID: policy.AppID, At: at, Licenses: []licensing.License{license},
							Claims: []licensing.Claim{{
								ID: licensing.NewID(at), UserID: license.UserID, PolicyID: policy.ID, AppID: policy.AppID,
								ProductID: product, LicenseID: license.ID, ClaimedAt: at,
							}},
						}, nil
					})
				if errs[i] == nil {
					done.Add(1)
				}
			}
		})
	}

	running.Wait()

	return sample{perSecond: float64(done.Load()) / time.Since(began).Seconds()}, errors.Join(errs...)
}

// startSQLite starts another server on an SQLite file.
func (b *testbed) startSQLite(ctx context.Context, directory string) error {
	server, err := startServer(ctx, b.server.binary, "sqlite:"+filepath.Join(directory, "bench.db"), directory)
	if err != nil {
		return err
	}

	b.sqlite = &testbed{server: server, database: server.database, duration: b.duration}

	return b.sqlite.prepare(ctx)
}
