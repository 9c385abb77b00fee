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

// DatabaseLimits bound how much of the database reads and admin actions use. Sign-ins are not subject to them. A zero
// means the default.
type DatabaseLimits struct {
	// Turns is how many statements and transactions run at the same time; 2 by default. One tenant has at most half of
	// them, but at least one.
	Turns int
	// PerOperation is how many of them one operation has at most; 2 by default.
	PerOperation int
	// Waiting is how many operations of one tenant wait for a turn at most; 512 by default. One principal has at most a
	// quarter of them.
	Waiting int
	// Wait is how long an operation waits for its first turn before it is refused; half a second by default. An operation
	// that waits longer would not end in time. One that is refused earlier would be sent again at once by many clients, and
	// refusals cost CPU too.
	Wait time.Duration
}

// WithDefaults returns the limits with defaults in place of zeros.
func (l DatabaseLimits) WithDefaults() DatabaseLimits {
	for _, limit := range []struct {
		field *int
		value int
	}{
		{&l.Turns, 2},
		{&l.PerOperation, 2},
		{&l.Waiting, 512},
	} {
		if *limit.field == 0 {
			*limit.field = limit.value
		}
	}

	if l.Wait == 0 {
		l.Wait = time.Second / 2 //nolint:mnd // See the field.
	}

	return l
}

// DatabaseTurns shares the database fairly among the callers of reads and admin actions, by the time that their
// statements take. When a turn becomes free, it goes to the tenant that used the least database time recently. A tenant
// that used much rests as long as its turns take. Within the tenant, operations that have begun come first, so that some
// end in time under overload; otherwise it is the turn of the principal that used the least. It implements the interface Turns of package store, and is safe for concurrent use.
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
	const halves = 2

	limits = limits.WithDefaults()

	return &DatabaseTurns{limits: limits, perTenant: max(1, limits.Turns/halves), now: now}
}

// Take waits for a turn of the context's caller in the tenant. Call end when the statement or the transaction is done;
// it may be called more than once. Take returns an error with the code OVERLOADED if the first turn of an operation does not
// come in time, if the context's deadline passes first, and at once if too many operations of the caller or of the tenant
// wait already.
func (d *DatabaseTurns) Take(ctx context.Context, tenant licensing.ID) (end func(), err error) {
	w, err := d.enqueue(ctx, tenant)
	if err != nil {
		return nil, err
	}

	tooLong := time.NewTimer(d.limits.Wait)
	defer tooLong.Stop()

	for {
		select {
		case <-w.granted:
			return sync.OnceFunc(func() { d.leave(w) }), nil
		case <-tooLong.C:
			if d.hasBegun(w) { // It may wait until its context ends.
				continue
			}

			d.leave(w)

			return nil, apierror.Overloaded()
		case <-ctx.Done():
			d.leave(w)

			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, apierror.Overloaded()
			}

			return nil, ctx.Err()
		}
	}
}

// hasBegun says whether the operation of the waiter had a turn. A part of a download always counts as begun: the parts
// before it were sent already.
func (d *DatabaseTurns) hasBegun(w *waiter) bool {
	d.mu.Lock()
	defer d.mu.Unlock()

	return w.operation.started || w.operation.single
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
	caller, _ := auth.CallerFrom(ctx) // Without a caller, the principal is the empty text.

	d.mu.Lock()
	defer d.mu.Unlock()

	now := d.now()
	tenant := d.tenants.get(tenantID, now, newTenantTurns)
	principal := tenant.principals.get(caller.UserExternalID, now, func() *principalTurns { return newPrincipalTurns(tenant) })

	operation, known := principal.operation(ctx)
	if !known && !operation.started && d.refuses(principal) {
		return nil, apierror.Overloaded()
	}

	if !known {
		d.remember(ctx, operation)
	}

	if len(operation.waiting) == 0 {
		d.queueOperation(operation, now)
	}

	w := &waiter{operation: operation, granted: make(chan struct{})}
	operation.waiting = append(operation.waiting, w)

	d.grant(now)

	return w, nil
}

// refuses says whether too many operations wait for a new one of the principal to wait too.
func (d *DatabaseTurns) refuses(principal *principalTurns) bool {
	const quarter = 4

	return principal.tenant.waiting >= d.limits.Waiting || principal.waiting >= max(1, d.limits.Waiting/quarter)
}

// remember keeps an operation until its context ends: it counts as begun as soon as it had a turn.
func (d *DatabaseTurns) remember(ctx context.Context, operation *operationTurns) {
	operation.principal.operations[operation.key] = operation

	if operation.single {
		return
	}

	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()

		operation.ended = true
		operation.forgetIfDone()
	})
}

// queueOperation lets an operation wait, and its principal and its tenant if they do not wait already.
func (d *DatabaseTurns) queueOperation(operation *operationTurns, now time.Time) {
	principal, tenant := operation.principal, operation.principal.tenant
	operation.since = now

	if tenant.waiting++; tenant.waiting == 1 {
		d.queue = append(d.queue, tenant)
	}

	principal.waiting++

	if operation.begun() {
		tenant.begun = append(tenant.begun, operation)

		return
	}

	if len(principal.queue) == 0 {
		tenant.queue = append(tenant.queue, principal)
	}

	principal.queue = append(principal.queue, operation)
}

// unqueueOperation undoes queueOperation.
func (d *DatabaseTurns) unqueueOperation(operation *operationTurns) {
	principal, tenant := operation.principal, operation.principal.tenant

	tenant.begun = without(tenant.begun, operation)

	if principal.queue = without(principal.queue, operation); len(principal.queue) == 0 {
		tenant.queue = without(tenant.queue, principal)
	}

	principal.waiting--

	if tenant.waiting--; tenant.waiting == 0 {
		d.queue = without(d.queue, tenant)
	}
}

// grant begins turns while there are any.
func (d *DatabaseTurns) grant(now time.Time) {
	for d.running < d.limits.Turns {
		operation := d.next(now)
		if operation == nil {
			return
		}

		w := operation.waiting[0]
		d.unqueueOperation(operation)
		operation.begin(now)
		d.running++

		if operation.waiting = operation.waiting[1:]; len(operation.waiting) > 0 {
			d.queueOperation(operation, now)
		}

		w.began = now
		close(w.granted)
	}
}

// next returns the operation whose turn it is; nil if none waits that may have one more.
func (d *DatabaseTurns) next(now time.Time) *operationTurns {
	var (
		found *operationTurns
		least float64
	)

	for _, tenant := range d.queue {
		if tenant.running+tenant.resting >= d.perTenant {
			continue
		}

		if used := tenant.at(now); found == nil || used < least {
			if operation := tenant.next(now, d.limits.PerOperation); operation != nil {
				found, least = operation, used
			}
		}
	}

	return found
}

// leave ends a turn, or the wait for one.
func (d *DatabaseTurns) leave(w *waiter) {
	d.mu.Lock()
	defer d.mu.Unlock()

	if w.began.IsZero() {
		if w.operation.waiting = without(w.operation.waiting, w); len(w.operation.waiting) == 0 {
			d.unqueueOperation(w.operation)
		}
	} else {
		now := d.now()

		d.running--
		w.operation.end(w.began, now)
		d.rest(w.operation.principal.tenant, now.Sub(w.began), now)
		d.grant(now)
	}

	w.operation.forgetIfDone()
}

// rest keeps a turn that has ended from the same tenant for as long as it took, if the tenant used much database time
// recently. Somebody who reads without a pause would else keep one CPU busy, and sign-ins would wait for it again and again.
func (d *DatabaseTurns) rest(tenant *tenantTurns, turn time.Duration, now time.Time) {
	const (
		much    = 1.0 // Seconds.
		longest = 20 * time.Millisecond
	)

	if tenant.at(now) < much {
		return
	}

	tenant.resting++

	time.AfterFunc(min(turn, longest), func() {
		d.mu.Lock()
		defer d.mu.Unlock()

		tenant.resting--
		d.grant(d.now())
	})
}
