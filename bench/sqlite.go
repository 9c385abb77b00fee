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

// sqliteClaims is the server on an SQLite file.
func (s *stage) sqliteClaims(callers int) measurement {
	return measurement{fmt.Sprintf("SQLite: new claims, %d callers", callers), func(ctx context.Context) (sample, error) {
		got, err := load(ctx, s.sqlite.signIn, callers, s.sqlite.users, s.lasting, claim(newUser, `"CLAIMED"`))
		s.sqlite.users += got.requests

		return got, err
	}}
}

// sqliteSingly makes the same claims in a transaction each, by the same driver and the same statements, without
// a server in between.
func (s *stage) sqliteSingly(callers int) measurement {
	return measurement{fmt.Sprintf("SQLite: one transaction per claim, %d callers", callers), func(ctx context.Context) (sample, error) {
		db, err := store.Open(ctx, s.sqlite.server.database)
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

		got, err := s.singly(ctx, db, tenant.ID, policies[0], callers)

		return got, errors.Join(err, db.Close())
	}}
}

func (s *stage) singly(
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
			for errs[i] == nil && time.Since(began) < s.lasting {
				user := fmt.Sprintf("singly-%d-%d", i, time.Now().UnixNano())
				at := licensing.Instant(time.Now())

				errs[i] = db.ClaimInTx(ctx, tenant, []string{user}, []licensing.ID{product}, at,
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

// onSQLite starts a server on an SQLite file beside the one on PostgreSQL.
func (s *stage) onSQLite(ctx context.Context, directory string) error {
	server, err := start(ctx, s.server.binary, "sqlite:"+filepath.Join(directory, "bench.db"), directory)
	if err != nil {
		return err
	}

	s.sqlite = &stage{server: server, database: server.database, lasting: s.lasting}

	return s.sqlite.prepare(ctx)
}
