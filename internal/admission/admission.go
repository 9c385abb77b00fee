// Package admission holds the bounds on what callers may use of a server, and decides what is let in:
// connections ([Connections]), bytes of request bodies ([Bodies]), requests per second ([Rates]), requests at the
// same time ([Places]), live subscriptions ([Streams]), and the size of one operation ([OperationLimits]).
//
// Whatever exceeds a bound is refused at once. It never waits in a queue.
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
	// Places may be nil, which allows any number of requests at the same time.
	Places *Places
}

// Refusal is the response to a request that is not let in.
type Refusal struct {
	Status     int
	RetryAfter time.Duration
	Err        *gqlerror.Error
}

// Error implements [error].
func (r *Refusal) Error() string { return r.Err.Message }

// Enter lets a request of the context's caller in, or returns a refusal. Call leave when the request is done;
// it may be called more than once. A request without a caller is let in: authorization refuses it.
func (r Requests) Enter(ctx context.Context) (leave func(), refusal *Refusal) {
	caller, ok := auth.CallerFrom(ctx)
	if !ok {
		return func() {}, nil
	}

	if retryAfter, ok := r.Rates.Allow(caller); !ok {
		return nil, &Refusal{http.StatusTooManyRequests, retryAfter, apierror.RateLimited()}
	}

	leave, ok = r.Places.Take(caller)
	if !ok {
		return nil, &Refusal{http.StatusServiceUnavailable, apierror.RetryAfterOverload, apierror.Overloaded()}
	}

	return leave, nil
}
