package admission

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// DatabaseLimits bound how much of the database reads and admin actions use. Sign-ins are not subject to them.
type DatabaseLimits struct {
	// Turns is how many statements and transactions run at the same time; at least 1. One tenant has at most half of
	// them, but at least one.
	Turns int
	// PerOperation is how many of them one operation has at most; 2 if it is 0.
	PerOperation int
	// Waiting is how many operations of one tenant wait for a turn at most; 512 if it is 0. One principal has at most a
	// quarter of them.
	Waiting int
}

// DatabaseTurns shares the database fairly among the callers of reads and admin actions, by the time that their
// statements take. When a turn becomes free, it goes to the tenant that used the least database time recently, and
// within the tenant to the principal that used the least. It implements the interface Turns of package store, and is
// safe for concurrent use.
type DatabaseTurns struct {
	limits    DatabaseLimits
	perTenant int
	now       func() time.Time

	mu      sync.Mutex
	running int
	tenants shares[licensing.ID, *tenantTurns]
	// queue has the tenants with waiting operations, in the order of their arrival.
	queue []*tenantTurns
}

// NewDatabaseTurns returns the turns that the limits allow. now is the clock that measures database time.
func NewDatabaseTurns(limits DatabaseLimits, now func() time.Time) *DatabaseTurns {
	const perOperation, waiting, halves = 2, 512, 2

	if limits.PerOperation == 0 {
		limits.PerOperation = perOperation
	}

	if limits.Waiting == 0 {
		limits.Waiting = waiting
	}

	limits.Turns = max(1, limits.Turns)

	return &DatabaseTurns{limits: limits, perTenant: max(1, limits.Turns/halves), now: now}
}

// Take waits for a turn of the context's caller in the tenant. Call end when the statement or the transaction is done.
// It returns an error with the code OVERLOADED if the context's deadline passes first, and at once if too many
// operations of the caller or of the tenant wait already.
func (d *DatabaseTurns) Take(ctx context.Context, tenant licensing.ID) (end func(), err error) {
	w, err := d.enqueue(ctx, tenant)
	if err != nil {
		return nil, err
	}

	select {
	case <-w.granted:
	case <-ctx.Done():
		d.leave(w)

		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, apierror.Overloaded()
		}

		return nil, ctx.Err()
	}

	return sync.OnceFunc(func() { d.leave(w) }), nil
}

// Waiting returns the number of operations that wait for a turn.
func (d *DatabaseTurns) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()

	waiting := 0
	for _, tenant := range d.queue {
		waiting += tenant.waiting
	}

	return waiting
}

// enqueue lets the caller wait, and begins the turns that can begin.
func (d *DatabaseTurns) enqueue(ctx context.Context, tenantID licensing.ID) (*waiter, error) {
	const quarter = 4

	caller, _ := auth.CallerFrom(ctx) // Without a caller, the principal is the empty text.

	d.mu.Lock()
	defer d.mu.Unlock()

	now := d.now()
	tenant := d.tenants.get(tenantID, now, newTenantTurns)
	principal := tenant.principals.get(caller.UserExternalID, now, newPrincipalTurns)
	operation := principal.operation(operationOf(ctx))

	if len(operation.waiting) == 0 {
		if tenant.waiting >= d.limits.Waiting || len(principal.queue) >= max(1, d.limits.Waiting/quarter) {
			principal.forget(operation)

			return nil, apierror.Overloaded()
		}

		d.queueOperation(tenant, principal, operation)
	}

	w := &waiter{tenant: tenant, principal: principal, operation: operation, granted: make(chan struct{})}
	operation.waiting = append(operation.waiting, w)

	d.grant(now)

	return w, nil
}

// queueOperation appends an operation to its principal's queue, and principal and tenant to theirs.
func (d *DatabaseTurns) queueOperation(tenant *tenantTurns, principal *principalTurns, operation *operationTurns) {
	if tenant.waiting == 0 {
		d.queue = append(d.queue, tenant)
	}

	tenant.waiting++

	if len(principal.queue) == 0 {
		tenant.queue = append(tenant.queue, principal)
	}

	principal.queue = append(principal.queue, operation)
}

// unqueueOperation undoes queueOperation.
func (d *DatabaseTurns) unqueueOperation(tenant *tenantTurns, principal *principalTurns, operation *operationTurns) {
	principal.queue = without(principal.queue, operation)

	if len(principal.queue) == 0 {
		tenant.queue = without(tenant.queue, principal)
	}

	if tenant.waiting--; tenant.waiting == 0 {
		d.queue = without(d.queue, tenant)
	}
}

// grant begins turns while there are any.
func (d *DatabaseTurns) grant(now time.Time) {
	for d.running < d.limits.Turns {
		w := d.next(now)
		if w == nil {
			return
		}

		d.unqueueOperation(w.tenant, w.principal, w.operation)

		if w.operation.waiting = w.operation.waiting[1:]; len(w.operation.waiting) > 0 {
			// The principal's other operations come first now.
			d.queueOperation(w.tenant, w.principal, w.operation)
		}

		d.running++
		w.tenant.begin(now)
		w.principal.begin(now)
		w.operation.running++

		w.began = now
		close(w.granted)
	}
}

// next returns whose turn it is; nil if nobody waits who may have one more turn.
func (d *DatabaseTurns) next(now time.Time) *waiter {
	var (
		found *waiter
		least float64
	)

	for _, tenant := range d.queue {
		if tenant.running >= d.perTenant {
			continue
		}

		if used := tenant.at(now); found == nil || used < least {
			if w := tenant.next(now, d.limits.PerOperation); w != nil {
				found, least = w, used
			}
		}
	}

	return found
}

// leave ends a turn, or the wait for one.
func (d *DatabaseTurns) leave(w *waiter) {
	d.mu.Lock()
	defer d.mu.Unlock()

	now := d.now()

	if w.began.IsZero() {
		if w.operation.waiting = without(w.operation.waiting, w); len(w.operation.waiting) == 0 {
			d.unqueueOperation(w.tenant, w.principal, w.operation)
			w.principal.forget(w.operation)
		}

		return
	}

	d.running--
	w.tenant.end(w.began, now)
	w.principal.end(w.began, now)

	w.operation.running--
	w.principal.forget(w.operation)

	d.grant(now)
}
