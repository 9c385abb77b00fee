package graph

import (
	"context"
	"sync"
	"time"

	"github.com/vikstrous/dataloadgen"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reading"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// loaderWait is how long a loader collects ids before it reads their objects with one query.
const loaderWait = 2 * time.Millisecond

// scope is what the resolvers of one operation share: its caller, the reads of the caller's tenant, and loaders.
type scope struct {
	caller auth.Caller
	reads  *reading.Tenant

	loadersOnce sync.Once
	loadersMade loaders
}

// loaders read the objects that the objects of a list refer to, with one query for each kind.
type loaders struct {
	users    *dataloadgen.Loader[licensing.ID, licensing.User]
	policies *dataloadgen.Loader[licensing.ID, licensing.Policy]
	licenses *dataloadgen.Loader[licensing.ID, licensing.License]
	pools    *dataloadgen.Loader[licensing.ID, licensing.Pool]
}

type scopeKey struct{}

func withScope(ctx context.Context, service *reading.Service, caller auth.Caller) context.Context {
	return context.WithValue(ctx, scopeKey{}, &scope{caller: caller, reads: service.For(caller.TenantID)})
}

// scopeFrom returns the scope of an operation. It has a caller: operations without one are refused before any resolver
// runs.
func scopeFrom(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)

	return s
}

// actor returns the caller as admin actions record them.
func (s *scope) actor(ctx context.Context) admin.Actor {
	return admin.Actor{
		TenantID: s.caller.TenantID, ExternalID: s.caller.UserExternalID, RequestID: requestid.From(ctx),
	}
}

// loaders returns the operation's loaders. Most operations need none, so they are made on the first call.
func (s *scope) loaders() *loaders {
	s.loadersOnce.Do(func() {
		s.loadersMade = loaders{
			users:    loaderOf(s.reads.UsersByID, func(u licensing.User) licensing.ID { return u.ID }),
			policies: loaderOf(s.reads.PoliciesByID, func(p licensing.Policy) licensing.ID { return p.ID }),
			licenses: loaderOf(s.reads.LicensesByID, func(l licensing.License) licensing.ID { return l.ID }),
			pools:    dataloadgen.NewMappedLoader(s.reads.PoolsOf, dataloadgen.WithWait(loaderWait)),
		}
	})

	return &s.loadersMade
}

func loaderOf[T any](
	read func(context.Context, []licensing.ID) ([]T, error), id func(T) licensing.ID,
) *dataloadgen.Loader[licensing.ID, T] {
	return dataloadgen.NewMappedLoader(func(ctx context.Context, ids []licensing.ID) (map[licensing.ID]T, error) {
		found, err := read(ctx, ids)
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
