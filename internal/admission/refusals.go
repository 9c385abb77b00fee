package admission

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	// promptRefusals is how many refusals a second a principal gets at once, with a burst of two seconds' worth. All
	// strangers together get as many.
	promptRefusals = 100
	// promptServiceRefusals is the same for a sign-in service, which calls on behalf of all users: many callers of one
	// principal may each wait as they should.
	promptServiceRefusals = 10 * promptRefusals
	// refusalDelay is how long further refusals are held back.
	refusalDelay = 200 * time.Millisecond
	// maxDelayed is how many refusals are held back at the same time. Each holds a connection and a goroutine.
	maxDelayed = 1000
)

// Refusals slows down clients that send the same request again and again although it is refused. A refusal costs little,
// but thousands in a second take the CPU from others. It is safe for concurrent use.
type Refusals struct {
	strangers  *rate.Limiter
	principals limiters
	delayed    *semaphore.Weighted
}

// NewRefusals returns a bound that delays no refusal yet.
func NewRefusals() *Refusals {
	return &Refusals{
		strangers: newLimiter(promptRefusals), principals: newLimiters(), delayed: semaphore.NewWeighted(maxDelayed),
	}
}

// Pace is called before a refusal is sent to the context's caller, or to a stranger. It returns at once unless there were
// too many refusals recently; then it returns after 200 milliseconds, or when the context ends. A nil Refusals delays
// nothing.
func (r *Refusals) Pace(ctx context.Context) {
	if r == nil || r.limiterOf(ctx).Allow() || !r.delayed.TryAcquire(1) {
		return
	}
	defer r.delayed.Release(1)

	delay := time.NewTimer(refusalDelay)
	defer delay.Stop()

	select {
	case <-delay.C:
	case <-ctx.Done():
	}
}

func (r *Refusals) limiterOf(ctx context.Context) *rate.Limiter {
	caller, known := auth.CallerFrom(ctx)
	if !known {
		return r.strangers
	}

	if caller.Roles.Has(auth.RoleSignInService) {
		return r.principals.of(principalOf(caller), promptServiceRefusals)
	}

	return r.principals.of(principalOf(caller), promptRefusals)
}
