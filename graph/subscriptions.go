package graph

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

type subscriptionResolver struct{ *Resolver }

// Subscription implements [ResolverRoot].
func (r *Resolver) Subscription() SubscriptionResolver { return subscriptionResolver{r} }

func (r subscriptionResolver) LicenseClaimed(ctx context.Context, policyID *string) (<-chan *Claim, error) {
	only, err := parseOptionalID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, err
	}

	tenant := scopeFrom(ctx).tenant

	return follow(ctx, r.Resolver, func(ctx context.Context, change livefeed.Change) ([]*Claim, error) {
		var ids []licensing.ID

		for policy, claims := range change.Claims {
			if only == nil || *only == policy {
				ids = append(ids, claims...)
			}
		}

		if len(ids) == 0 {
			return nil, nil
		}

		claims, err := tenant.ClaimsByID(ctx, ids)

		return convert(claims, func(c licensing.Claim) *Claim { return &Claim{c} }), err
	})
}

func (r subscriptionResolver) LicensePoolChanged(
	ctx context.Context, productID *string,
) (<-chan *licensing.Pool, error) {
	only, err := parseOptionalID(licensing.KindProduct, productID, "productId")
	if err != nil {
		return nil, err
	}

	tenant := scopeFrom(ctx).tenant

	return follow(ctx, r.Resolver, func(ctx context.Context, change livefeed.Change) ([]*licensing.Pool, error) {
		var ids []licensing.ID

		for product := range change.Pools {
			if only == nil || *only == product {
				ids = append(ids, product)
			}
		}

		if len(ids) == 0 {
			return nil, nil
		}

		found, err := tenant.PoolsOf(ctx, ids)
		pools := make([]*licensing.Pool, 0, len(found))

		for _, pool := range found {
			pools = append(pools, &pool)
		}

		return pools, err
	})
}

// follow streams what a read makes of the tenant's changes until the client leaves, its token expires,
// it falls behind, or the server ends streams. All but the first end the stream with an error.
func follow[T any](
	ctx context.Context, r *Resolver, read func(context.Context, livefeed.Change) ([]T, error),
) (<-chan T, error) {
	caller := scopeFrom(ctx).caller

	left := caller.ExpiresAt.Sub(r.Now())
	if left <= 0 {
		return nil, errTokenExpired()
	}

	leave, err := r.streams.enter(ctx, caller)
	if err != nil {
		return nil, err
	}

	watch, err := r.Store.Watch(ctx, caller.TenantID)
	if err != nil {
		leave()

		return nil, err
	}

	events := make(chan T)

	go func() { // leave tells the streams that it has ended; see streams.close.
		defer leave()
		defer watch.Close()
		defer close(events)

		expired := time.NewTimer(left)
		defer expired.Stop()

		streamFrom(ctx).end(pump(ctx, r.streams.closing, expired.C, watch, read, events))
	}()

	return events, nil
}

// pump sends events until there is a reason to end, which it returns; nil if the client left.
func pump[T any](
	ctx context.Context, closing <-chan struct{}, expired <-chan time.Time,
	watch *livefeed.Watch, read func(context.Context, livefeed.Change) ([]T, error), events chan<- T,
) error {
	// What interrupts a wait for the next change.
	next, cancel := context.WithCancelCause(ctx)

	ended := make(chan struct{})
	defer func() { <-ended }()
	defer cancel(nil)

	go func() {
		defer close(ended)

		select {
		case <-expired:
			cancel(errTokenExpired())
		case <-closing:
			cancel(errStreamsClosed)
		case <-watch.Ended():
			cancel(watch.Err())
		case <-next.Done():
		}
	}()

	for {
		change, err := watch.Next(next)
		if err != nil {
			return reason(ctx, next, err)
		}

		batch, err := read(next, change)
		if err != nil {
			return reason(ctx, next, err)
		}

		for _, event := range batch {
			select {
			case events <- event:
			case <-next.Done():
				return reason(ctx, next, next.Err())
			}
		}
	}
}

// reason is why a stream ends: nothing to tell if the client left, else what interrupted it.
func reason(client, interrupted context.Context, err error) error {
	switch {
	case client.Err() != nil:
		return nil //nolint:nilerr // Nobody is there to be told.
	case interrupted.Err() != nil:
		return context.Cause(interrupted)
	default:
		return err
	}
}

// errStreamsClosed says that the server ends all streams.
var errStreamsClosed = errors.New("the server is shutting down")

func errTokenExpired() *gqlerror.Error {
	return requestError(CodeUnauthenticated, "The token has expired. Subscribe again with a fresh one.")
}

// streams counts the subscriptions that are open, and ends them.
type streams struct {
	limit int
	admit func(Caller) (time.Duration, bool)

	closing chan struct{}
	running sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[principal]int
}

func newStreams(limit int, admit func(Caller) (time.Duration, bool)) *streams {
	return &streams{limit: limit, admit: admit, closing: make(chan struct{}), open: make(map[principal]int)}
}

// enter counts a stream of the caller until leave is called.
func (s *streams) enter(ctx context.Context, caller Caller) (leave func(), err error) {
	// A connection may carry many subscriptions; each is a request.
	if s.admit != nil && isWebSocket(ctx) {
		if _, ok := s.admit(caller); !ok {
			return nil, errRateLimited()
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	key := principal{caller.TenantID, caller.UserExternalID}

	switch {
	case s.closed:
		return nil, errStreamsClosed
	case s.open[key] >= s.limit:
		return nil, requestError(CodeRateLimited, "You have %d subscriptions open, as many as you may. End one first.", s.limit)
	}

	s.open[key]++
	s.running.Add(1)

	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		if s.open[key]--; s.open[key] == 0 {
			delete(s.open, key)
		}

		s.running.Done()
	}, nil
}

// count is how many streams are open.
func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	sum := 0
	for _, open := range s.open {
		sum += open
	}

	return sum
}

// close ends all streams and waits for them.
func (s *streams) close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	s.running.Wait()
}

// stream is how the responses of a subscription learn why there are no more events.
type stream struct {
	mu   sync.Mutex
	why  error
	told bool
}

type streamKey struct{}

func streamFrom(ctx context.Context) *stream {
	s, _ := ctx.Value(streamKey{}).(*stream)

	return s
}

func (s *stream) end(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.why = why
}

// lastWords returns the reason of the end, once.
func (s *stream) lastWords() error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.told {
		return nil
	}

	s.told = true

	return s.why
}

// aroundOperation gives each operation its scope, and each response of a subscription one of its own:
// what loaders remember would be stale by the next event.
func (r *Resolver) aroundOperation(present graphql.ErrorPresenterFunc) graphql.OperationMiddleware {
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		caller, _ := callerFrom(ctx)
		ctx = withScope(ctx, r.Store, caller)

		if graphql.GetOperationContext(ctx).Operation.Operation != ast.Subscription {
			if isWebSocket(ctx) {
				return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{requestError(CodeBadUserInput,
					"Only subscriptions run over WebSockets. Send queries and mutations by POST.")}})
			}

			return next(ctx)
		}

		s := new(stream)
		responses := next(context.WithValue(ctx, streamKey{}, s))

		return func(ctx context.Context) *graphql.Response {
			response := responses(withScope(ctx, r.Store, caller))
			if response != nil || ctx.Err() != nil {
				return response
			}

			if why := s.lastWords(); why != nil {
				return &graphql.Response{Errors: gqlerror.List{present(ctx, why)}}
			}

			return nil
		}
	}
}
