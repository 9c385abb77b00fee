package admission

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// databaseHalfLife is the time after which database time that was used counts half.
const databaseHalfLife = 10 * time.Second

// databaseTime is the database time that somebody used recently. Turns that have not ended count too.
type databaseTime struct {
	used     float64   // Seconds, as of updated.
	updated  time.Time // Zero before the first turn ended.
	running  int
	sinceSum float64 // The sum of the beginnings of the running turns, in seconds after epoch.
	epoch    time.Time
}

func (t *databaseTime) begin(now time.Time) {
	if t.running == 0 {
		t.epoch, t.sinceSum = now, 0
	}

	t.running++
	t.sinceSum += now.Sub(t.epoch).Seconds()
}

func (t *databaseTime) end(began, now time.Time) {
	t.running--
	t.sinceSum -= began.Sub(t.epoch).Seconds()
	t.used = t.decayed(now) + now.Sub(began).Seconds()
	t.updated = now
}

func (t *databaseTime) decayed(now time.Time) float64 {
	if t.updated.IsZero() {
		return 0
	}

	return t.used * math.Exp2(-now.Sub(t.updated).Seconds()/databaseHalfLife.Seconds())
}

// at returns the database time in seconds, as it counts now.
func (t *databaseTime) at(now time.Time) float64 {
	return t.decayed(now) + float64(t.running)*now.Sub(t.epoch).Seconds() - t.sinceSum
}

// idle says whether nothing is lost if the object is forgotten.
func (t *databaseTime) idle(now time.Time) bool {
	const negligible = 0.001

	return t.running == 0 && t.decayed(now) < negligible
}

// tenantTurns are the turns of a tenant, taken and waited for.
type tenantTurns struct {
	databaseTime

	principals shares[string, *principalTurns]
	// resting is the number of turns that have ended, and that the tenant cannot have again yet.
	resting int
	// waiting is the number of operations that wait.
	waiting int
	// begun has those that had a turn before, and queue the principals of the others.
	begun []*operationTurns
	queue []*principalTurns
}

func newTenantTurns() *tenantTurns { return new(tenantTurns) }

func (t *tenantTurns) idle(now time.Time) bool {
	return t.waiting == 0 && t.resting == 0 && t.databaseTime.idle(now)
}

// next returns the operation of the tenant that has the next turn; nil if all that wait have as many as they may.
func (t *tenantTurns) next(now time.Time, perOperation int) *operationTurns {
	if begun := firstBelow(t.begun, perOperation); begun != nil {
		return begun
	}

	var (
		found *operationTurns
		least float64
	)

	for _, principal := range t.queue {
		if used := principal.at(now); found == nil || used < least {
			if operation := firstBelow(principal.queue, perOperation); operation != nil {
				found, least = operation, used
			}
		}
	}

	return found
}

func firstBelow(operations []*operationTurns, perOperation int) *operationTurns {
	for _, operation := range operations {
		if operation.running < perOperation {
			return operation
		}
	}

	return nil
}

// principalTurns are the turns of a principal, taken and waited for.
type principalTurns struct {
	databaseTime

	tenant     *tenantTurns
	operations map[any]*operationTurns
	// waiting is the number of operations that wait. queue has those of them that had no turn before.
	waiting int
	queue   []*operationTurns
}

func newPrincipalTurns(tenant *tenantTurns) *principalTurns {
	return &principalTurns{tenant: tenant, operations: make(map[any]*operationTurns)}
}

func (p *principalTurns) idle(now time.Time) bool {
	return len(p.operations) == 0 && p.databaseTime.idle(now)
}

// operation returns the context's operation. Anything that is no GraphQL operation, such as a part of a download, counts
// as an operation of one turn. known is false if the principal has no such operation yet.
func (p *principalTurns) operation(ctx context.Context) (operation *operationTurns, known bool) {
	if !graphql.HasOperationContext(ctx) || ctx.Done() == nil {
		return &operationTurns{principal: p, key: new(byte), single: true}, false
	}

	key := graphql.GetOperationContext(ctx)
	if operation, known = p.operations[key]; known {
		return operation, true
	}

	return &operationTurns{principal: p, key: key, started: isMutation(key)}, false
}

// isMutation says whether an operation changes something. It counts as begun: the claim of a sign-in, which takes no turns,
// has been made already when fields of its answer are read.
func isMutation(operation *graphql.OperationContext) bool {
	return operation.Operation != nil && operation.Operation.Operation == ast.Mutation
}

// operationTurns are the turns of one operation, taken and waited for.
type operationTurns struct {
	principal *principalTurns
	key       any
	// single says that the operation has one turn; ended that it takes no more turns.
	single, ended bool

	running int
	used    time.Duration
	waiting []*waiter
	since   time.Time // When the first of them began to wait.
	// started says that the operation had a turn, or that it is a mutation.
	started bool
}

// begun says whether the operation had a turn before. One that has used much does not count as begun: it would keep
// others waiting.
func (o *operationTurns) begun() bool {
	const much = time.Second / 2

	return o.started && o.used < much
}

func (o *operationTurns) begin(now time.Time) {
	o.running++
	o.started = true
	o.principal.begin(now)
	o.principal.tenant.begin(now)
}

func (o *operationTurns) end(began, now time.Time) {
	o.running--
	o.used += now.Sub(began)
	o.principal.end(began, now)
	o.principal.tenant.end(began, now)
}

func (o *operationTurns) forgetIfDone() {
	if (o.ended || o.single) && o.running == 0 && len(o.waiting) == 0 {
		delete(o.principal.operations, o.key)
	}
}

// waiter waits for a turn, and then has it.
type waiter struct {
	operation *operationTurns

	granted chan struct{} // Closed when the turn begins.
	began   time.Time     // Zero until then.
}

// shares holds an object for each tenant or principal, and forgets those that are idle.
type shares[K comparable, V interface{ idle(now time.Time) bool }] struct {
	all map[K]V
	// sweepAt is the number of objects at which idle ones are forgotten.
	sweepAt int
}

func (s *shares[K, V]) get(key K, now time.Time, create func() V) V {
	found, ok := s.all[key]
	if ok {
		return found
	}

	const few, twice = 64, 2

	if s.all == nil {
		s.all, s.sweepAt = make(map[K]V), few
	}

	if len(s.all) >= s.sweepAt {
		for other, share := range s.all {
			if share.idle(now) {
				delete(s.all, other)
			}
		}

		s.sweepAt = max(few, twice*len(s.all))
	}

	found = create()
	s.all[key] = found

	return found
}

// without removes an item, which the list has once.
func without[T comparable](list []T, item T) []T {
	if i := slices.Index(list, item); i >= 0 {
		return slices.Delete(list, i, i+1)
	}

	return list
}
