package graph

import (
	"math"
	"net/http"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// maxPrincipals bounds the memory of rate limits. The principal that was quiet for longest is forgotten
// first, which costs nobody anything: who is not known may begin with a full burst.
const maxPrincipals = 100_000

// RateLimit bounds how often one principal may send requests to one server. A burst of two seconds' worth
// is let through at once.
type RateLimit struct {
	// PerSecond is for all but sign-in services; zero means no limit.
	PerSecond float64
	// SignInPerSecond is for each sign-in service, which asks on behalf of everybody; zero means no limit.
	SignInPerSecond float64
}

type principal struct {
	tenant licensing.ID
	user   string
}

// Admit returns the function for [Resolver.Admit]. It is safe for concurrent use.
func (l RateLimit) Admit() func(Caller) (retryAfter time.Duration, ok bool) {
	limiters, err := lru.New[principal, *rate.Limiter](maxPrincipals)
	if err != nil {
		panic(err) // The size is positive.
	}

	return func(caller Caller) (time.Duration, bool) {
		limit := l.PerSecond
		if caller.Roles.Has(auth.RoleSignInService) {
			limit = l.SignInPerSecond
		}

		if limit <= 0 {
			return 0, true
		}

		key := principal{caller.TenantID, caller.UserExternalID}

		limiter, known := limiters.Get(key)
		if !known {
			limiter = rate.NewLimiter(rate.Limit(limit), max(1, int(2*limit))) //nolint:mnd // Two seconds' worth.
			if earlier, raced, _ := limiters.PeekOrAdd(key, limiter); raced {
				limiter = earlier
			}
		}

		if limiter.Allow() {
			return 0, true
		}

		return time.Duration(float64(time.Second) / limit), false
	}
}

// admitted says whether the request's caller may send one more now; if not, it says when in Retry-After.
func admitted(w http.ResponseWriter, r *http.Request, admit func(Caller) (time.Duration, bool)) bool {
	caller, ok := callerFrom(r.Context())
	if admit == nil || !ok {
		return true
	}

	retryAfter, ok := admit(caller)
	if !ok {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(retryAfter.Seconds())))))
	}

	return ok
}

// takePlace gives the request's caller a place to be worked on; if there is none, it says when in Retry-After.
func takePlace(w http.ResponseWriter, r *http.Request, places *Places) (giveBack func(), ok bool) {
	caller, ok := callerFrom(r.Context())
	if !ok {
		return func() {}, true // The operation itself is refused for want of a caller.
	}

	giveBack, ok = places.take(caller)
	if !ok {
		w.Header().Set("Retry-After", retryAfterSeconds)
	}

	return giveBack, ok
}

// retryAfterSeconds is when a server that is overloaded, or whose database is away, may be better.
const retryAfterSeconds = "1"

// retryLater says when to come again, where an error says that it helps.
func retryLater(w http.ResponseWriter, errs gqlerror.List) {
	for _, err := range errs {
		if code := err.Extensions["code"]; code == CodeOverloaded || code == CodeUnavailable {
			w.Header().Set("Retry-After", retryAfterSeconds)
		}
	}
}
