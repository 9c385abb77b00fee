package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// unknownTenantTTL is how long the server remembers that an organization is not a tenant. After the operator has
	// created a tenant, its users can be refused for as long.
	unknownTenantTTL = 5 * time.Second
	// unknownTenantLog is how often such an organization is logged.
	unknownTenantLog = time.Minute
	// knownTenantTTL is how long the server answers for a tenant that the operator has begun to delete.
	knownTenantTTL = 5 * time.Second
	// maxUnknownTenants is how many of these organizations are remembered.
	maxUnknownTenants = 1000
)

// Authenticator returns the function for [Config.Authenticate]. It verifies tokens and finds the tenants of their
// organizations. It logs organizations that are not tenants, once a minute.
func Authenticator(
	verifier auth.Verifier, db *store.Store, logger *slog.Logger,
) func(ctx context.Context, token string) (auth.Caller, error) {
	tenants, unknown := newTenantIDs(db, time.Now), rate.Sometimes{First: 1, Interval: unknownTenantLog}

	return func(ctx context.Context, token string) (auth.Caller, error) {
		identity, err := verifier.Verify(ctx, token)
		if err != nil {
			return auth.Caller{}, fmt.Errorf("verify the token: %w", err)
		}

		id, err := tenants.find(ctx, identity.TenantExternalID)
		if errors.Is(err, auth.ErrUnknownTenant) {
			unknown.Do(func() {
				logger.WarnContext(ctx, "a valid token is of an organization that is not a tenant: "+
					"if it should be, run 'autoclaim tenant create NAME --external-id ID'; otherwise see --tenant-claim",
					"external_id", identity.TenantExternalID)
			})
		}

		if err != nil {
			return auth.Caller{}, err
		}

		return auth.Caller{Identity: identity, TenantID: id}, nil
	}
}

// tenantIDs finds the ids of tenants by the ids of their organizations. It caches those that it finds, as long as they are
// not deleted, and for a few seconds those that do not exist: anybody whom the issuer gives a token can ask for them. It is
// safe for concurrent use.
type tenantIDs struct {
	db      *store.Store
	now     func() time.Time
	known   sync.Map // Maps external ids to values of licensing.ID.
	unknown *lru.Cache[string, time.Time]

	// checked is when the known tenants were last compared with the database, in nanoseconds since 1970.
	checked  atomic.Int64
	checking atomic.Bool
}

func newTenantIDs(db *store.Store, now func() time.Time) *tenantIDs {
	unknown, err := lru.New[string, time.Time](maxUnknownTenants)
	if err != nil {
		panic(err) // The size is positive.
	}

	t := &tenantIDs{db: db, now: now, unknown: unknown}
	t.checked.Store(now().UnixNano())

	return t
}

// find returns the id of a tenant, or [auth.ErrUnknownTenant].
func (t *tenantIDs) find(ctx context.Context, externalID string) (licensing.ID, error) {
	t.forgetDeleted(ctx)

	if known, ok := t.known.Load(externalID); ok {
		id, _ := known.(licensing.ID)

		return id, nil
	}

	if asked, ok := t.unknown.Get(externalID); ok && t.now().Sub(asked) < unknownTenantTTL {
		return licensing.ID{}, auth.ErrUnknownTenant
	}

	tenant, err := t.db.TenantByExternalID(ctx, externalID)

	switch {
	case licensing.IsNotFound(err):
		t.unknown.Add(externalID, t.now())

		return licensing.ID{}, auth.ErrUnknownTenant
	case err != nil:
		return licensing.ID{}, fmt.Errorf("find the tenant: %w", err)
	}

	t.known.Store(externalID, tenant.ID)

	return tenant.ID, nil
}

// forgetDeleted removes tenants that are deleted from the cache, every few seconds. One request does it; the others go on. If
// the database does not answer, the cache stays as it is, and the next request tries again.
func (t *tenantIDs) forgetDeleted(ctx context.Context) {
	now := t.now().UnixNano()
	if now-t.checked.Load() < int64(knownTenantTTL) || !t.checking.CompareAndSwap(false, true) {
		return
	}

	defer t.checking.Store(false)

	live, err := t.db.TenantIDs(ctx)
	if err != nil {
		return
	}

	t.known.Range(func(externalID, known any) bool {
		if id, _ := known.(licensing.ID); !live[id] {
			t.known.Delete(externalID)
		}

		return true
	})
	t.checked.Store(now)
}
