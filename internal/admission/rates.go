package admission

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// maxPrincipals bounds the memory of rate limiters. The limiter that was not used for the longest time is
// dropped first. Its principal then starts with a full burst, as it would have anyway after such a pause.
const maxPrincipals = 100_000

// RateLimit is how many requests one principal may send to one server per second. A burst of two seconds'
// worth is allowed.
type RateLimit struct {
	// PerSecond applies to all callers but sign-in services; zero means no limit.
	PerSecond float64
	// SignInPerSecond applies to each sign-in service, which calls on behalf of all users; zero means no limit.
	SignInPerSecond float64
}

// Rates limits the requests per second of each principal. It is safe for concurrent use.
type Rates struct {
	limit    RateLimit
	limiters limiters
}

// NewRates returns rate limiters.
func NewRates(limit RateLimit) *Rates {
	return &Rates{limit: limit, limiters: newLimiters()}
}

// RequestsOfBody is how many requests a body of so many bytes counts for, besides the one that has it: one for each full 64
// KiB, because large bodies take long to receive and to parse. An unknown length, -1, counts for none.
func RequestsOfBody(bytes int64) int { return int(max(0, bytes) / largeBody) }

// Allow counts requests of the caller. If they are over the limit, ok is false, and retryAfter is when as many may be sent. A
// full burst is always enough, however many they are. A nil Rates allows everything.
func (r *Rates) Allow(caller auth.Caller, requests int) (retryAfter time.Duration, ok bool) {
	if r == nil {
		return 0, true
	}

	limit := r.limit.PerSecond
	if caller.Roles.Has(auth.RoleSignInService) {
		limit = r.limit.SignInPerSecond
	}

	if limit <= 0 {
		return 0, true
	}

	limiter := r.limiters.of(principalOf(caller), limit)

	requests = min(requests, limiter.Burst())
	if limiter.AllowN(time.Now(), requests) {
		return 0, true
	}

	return time.Duration(float64(requests) * float64(time.Second) / limit), false
}

// limiters holds a rate limiter for each principal. It is safe for concurrent use.
type limiters struct {
	cache *lru.Cache[principal, *rate.Limiter]
}

func newLimiters() limiters {
	cache, err := lru.New[principal, *rate.Limiter](maxPrincipals)
	if err != nil {
		panic(err) // The size is positive.
	}

	return limiters{cache}
}

// of returns the limiter of a principal. A new one allows so many events a second, and a burst of two seconds' worth.
func (l limiters) of(key principal, perSecond float64) *rate.Limiter {
	limiter, known := l.cache.Get(key)
	if known {
		return limiter
	}

	limiter = newLimiter(perSecond)
	if earlier, raced, _ := l.cache.PeekOrAdd(key, limiter); raced {
		return earlier
	}

	return limiter
}

func newLimiter(perSecond float64) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(2*perSecond))) //nolint:mnd // Two seconds' worth.
}
