package admission

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
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

	waiting    int // Operations.
	principals shares[string, *principalTurns]
	// queue has the principals with waiting operations.
	queue []*principalTurns
}

func newTenantTurns() *tenantTurns { return new(tenantTurns) }

func (t *tenantTurns) idle(now time.Time) bool { return t.waiting == 0 && t.databaseTime.idle(now) }

// next returns who of the tenant has the next turn; nil if all operations that wait have as many as they may.
func (t *tenantTurns) next(now time.Time, perOperation int) *waiter {
	var (
		found *waiter
		least float64
	)

	for _, principal := range t.queue {
		if used := principal.at(now); found == nil || used < least {
			if w := principal.next(perOperation); w != nil {
				found, least = w, used
			}
		}
	}

	return found
}

// principalTurns are the turns of a principal, taken and waited for.
type principalTurns struct {
	databaseTime

	// operations are those that have or wait for a turn. queue has those that wait.
	operations map[any]*operationTurns
	queue      []*operationTurns
}

func newPrincipalTurns() *principalTurns {
	return &principalTurns{operations: make(map[any]*operationTurns)}
}

func (p *principalTurns) idle(now time.Time) bool {
	return len(p.queue) == 0 && p.databaseTime.idle(now)
}

func (p *principalTurns) next(perOperation int) *waiter {
	for _, operation := range p.queue {
		if operation.running < perOperation {
			return operation.waiting[0]
		}
	}

	return nil
}

func (p *principalTurns) operation(key any) *operationTurns {
	if p.operations[key] == nil {
		p.operations[key] = &operationTurns{key: key}
	}

	return p.operations[key]
}

// forget removes an operation that neither has nor waits for a turn.
func (p *principalTurns) forget(operation *operationTurns) {
	if operation.running == 0 && len(operation.waiting) == 0 {
		delete(p.operations, operation.key)
	}
}

// operationTurns are the turns of one operation, taken and waited for.
type operationTurns struct {
	key     any
	running int
	waiting []*waiter
}

// operationOf returns a key for the context's operation. Anything else, such as a download, counts as an operation for
// each turn.
func operationOf(ctx context.Context) any {
	if graphql.HasOperationContext(ctx) {
		return graphql.GetOperationContext(ctx)
	}

	return new(byte)
}

// waiter waits for a turn, and then has it.
type waiter struct {
	tenant    *tenantTurns
	principal *principalTurns
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
