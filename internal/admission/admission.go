// Package admission holds the bounds on what callers may use of a server, and decides what is let in:
// connections ([Connections]), bytes of request bodies ([Bodies]), requests per second ([Rates]), requests at the
// same time ([Requests]), live subscriptions ([Streams]), and the size of one operation ([OperationLimits]).
// Connections, bytes and requests are divided between tenants and principals ([Shares]).
//
// Whatever exceeds a bound is refused at once. It never waits in a queue, except for the database ([DatabaseTurns]).
// Clients that do not wait after refusals are slowed down ([Refusals]).
package admission

import (
	"context"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

const (
	// DefaultPageSize is the size of a page if the client does not say.
	DefaultPageSize = 50
	// MaxPageSize is the largest page.
	MaxPageSize = 100
)

// principal identifies a user or a service of a tenant. Bounds per user count by it.
type principal struct {
	tenant licensing.ID
	user   string
}

func principalOf(caller auth.Caller) principal {
	return principal{caller.TenantID, caller.UserExternalID}
}

// Requests decides which requests of authenticated callers are processed. It is safe for concurrent use.
type Requests struct {
	// Rates may be nil, which allows any number of requests per second.
	Rates *Rates
	// Places are the requests that may run at the same time; nil allows any number.
	Places *Shares
	// Responses are the bytes of the responses that may be in memory; nil allows any number.
	Responses *Shares
	// Refusals slows down clients that do not wait after a refusal; it may be nil.
	Refusals *Refusals
}

// Refusal is the response to a request or a connection that is not let in.
type Refusal struct {
	// Status is the status of an HTTP response.
	Status int
	// RetryAfter is when to try again; zero if trying again does not help.
	RetryAfter time.Duration
	Err        *gqlerror.Error
}

// Error returns the message for the client.
func (r *Refusal) Error() string { return r.Err.Message }

// Write sends the refusal as a response outside of GraphQL.
func (r *Refusal) Write(w http.ResponseWriter, request *http.Request) {
	if r.RetryAfter > 0 {
		apierror.SetRetryAfter(w, r.RetryAfter)
	}

	code, _ := r.Err.Extensions["code"].(string)
	apierror.Write(w, request, r.Status, code, r.Err.Message)
}

func refuse(status int, err *gqlerror.Error) *Refusal { return &Refusal{Status: status, Err: err} }

func overloaded() *Refusal {
	return &Refusal{http.StatusServiceUnavailable, apierror.RetryAfterOverload, apierror.Overloaded()}
}

// Enter lets a request of the context's caller in, or returns a refusal. Call leave when the request is done;
// it may be called more than once. A request without a caller is let in: authorization refuses it.
func (r Requests) Enter(ctx context.Context) (leave func(), refusal *Refusal) {
	if refusal := r.Count(ctx, 1); refusal != nil {
		return nil, refusal
	}

	return r.Begin(ctx)
}

// Count is the first half of Enter: it counts requests of the context's caller, or refuses them if the caller sends too
// many in a second. It comes before anything else of a request is read. See [RequestsOfBody] for those that count for
// several.
func (r Requests) Count(ctx context.Context, requests int) *Refusal {
	caller, ok := auth.CallerFrom(ctx)
	if !ok {
		return nil
	}

	if retryAfter, ok := r.Rates.Allow(caller, requests); !ok {
		r.Refusals.Pace(ctx)

		return &Refusal{http.StatusTooManyRequests, retryAfter, apierror.RateLimited()}
	}

	return nil
}

// Reserve takes the bytes of a response of the context's caller before it is made, or returns a refusal. Call release
// when the response is sent.
func (r Requests) Reserve(ctx context.Context, bytes int) (release func(), refusal *Refusal) {
	caller, ok := auth.CallerFrom(ctx)
	if !ok {
		return func() {}, nil
	}

	release, ok = r.Responses.Take(caller, int64(bytes))
	if !ok {
		r.Refusals.Pace(ctx)

		return nil, overloaded()
	}

	return release, nil
}

// Begin is the second half of Enter: it takes one of the caller's places. It comes when the whole request has
// arrived, so that clients that send slowly take no places.
func (r Requests) Begin(ctx context.Context) (leave func(), refusal *Refusal) {
	caller, ok := auth.CallerFrom(ctx)
	if !ok {
		return func() {}, nil
	}

	leave, ok = r.Places.Take(caller, 1)
	if !ok {
		r.Refusals.Pace(ctx)

		return nil, overloaded()
	}

	return leave, nil
}
