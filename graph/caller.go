package graph

import (
	"context"
	"sync"
	"time"

	"github.com/vikstrous/dataloadgen"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/requestid"
	"github.com/autoclaim/autoclaim/internal/store"
)

// loaderWait is how long a loader collects keys of objects that are asked for side by side.
const loaderWait = 2 * time.Millisecond

// Caller is who sent a request, and whose data it is about.
type Caller struct {
	auth.Identity

	TenantID licensing.ID
}

type callerKey struct{}

// WithCaller returns a context whose requests are the caller's. Every request must have one.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// callerFrom returns the caller; the zero caller, of no tenant, is in no context that reaches a resolver.
func callerFrom(ctx context.Context) (Caller, bool) {
	caller, ok := ctx.Value(callerKey{}).(Caller)

	return caller, ok
}

// scope is what the resolvers of one operation share: the caller, the tenant's data, and loaders that
// make one query of the many objects that a list of others refers to.
type scope struct {
	caller  Caller
	tenant  store.Handle
	catalog func() (*licensing.Catalog, error)
	// load returns the loaders; most operations need none, and none are made.
	load func() *loaders
}

type loaders struct {
	users    *dataloadgen.Loader[licensing.ID, licensing.User]
	policies *dataloadgen.Loader[licensing.ID, licensing.Policy]
	licenses *dataloadgen.Loader[licensing.ID, licensing.License]
	pools    *dataloadgen.Loader[licensing.ID, licensing.Pool]
}

type scopeKey struct{}

func withScope(ctx context.Context, db *store.Store, caller Caller) context.Context {
	tenant := db.For(caller.TenantID)

	return context.WithValue(ctx, scopeKey{}, &scope{
		caller:  caller,
		tenant:  tenant,
		catalog: sync.OnceValues(func() (*licensing.Catalog, error) { return db.Catalog(ctx) }),
		load: sync.OnceValue(func() *loaders {
			return &loaders{
				users:    loader(tenant.UsersByID, func(u licensing.User) licensing.ID { return u.ID }),
				policies: loader(tenant.PoliciesByID, func(p licensing.Policy) licensing.ID { return p.ID }),
				licenses: loader(tenant.LicensesByID, func(l licensing.License) licensing.ID { return l.ID }),
				pools:    dataloadgen.NewMappedLoader(tenant.PoolsOf, dataloadgen.WithWait(loaderWait)),
			}
		}),
	})
}

func loader[T any](
	fetch func(context.Context, []licensing.ID) ([]T, error), id func(T) licensing.ID,
) *dataloadgen.Loader[licensing.ID, T] {
	return dataloadgen.NewMappedLoader(func(ctx context.Context, ids []licensing.ID) (map[licensing.ID]T, error) {
		found, err := fetch(ctx, ids)
		if err != nil {
			return nil, err
		}

		byID := make(map[licensing.ID]T, len(found))
		for _, object := range found {
			byID[id(object)] = object
		}

		return byID, nil
	}, dataloadgen.WithWait(loaderWait))
}

func scopeFrom(ctx context.Context) *scope {
	// Operations without a scope end before their resolvers run; see authorization.
	s, _ := ctx.Value(scopeKey{}).(*scope)

	return s
}

// actor is the caller as admin actions record them.
func (s *scope) actor(ctx context.Context) admin.Actor {
	return admin.Actor{
		TenantID: s.caller.TenantID, ExternalID: s.caller.UserExternalID, RequestID: requestid.From(ctx),
	}
}
