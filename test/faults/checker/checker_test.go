package checker_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/test/faults/checker"
	"github.com/autoclaim/autoclaim/test/faults/history"
)

// Ids, short for reading.
const (
	app, policy, e3, e1 = "teams", "policy", "E3", "E1"
	second              = time.Second
)

// story is a history and its database, both made step by step. A step is a second.
type story struct {
	now   time.Duration
	calls []history.Call
	db    history.Database
}

// begin makes a tenant with a policy of two products, of each of which it has one license.
func begin() *story {
	s := &story{db: history.Database{
		App: app, Users: map[string]string{"1": "ann", "2": "bob"}, Enabled: true, Blocked: map[string]bool{},
		Pools: map[string]history.Pool{}, Licenses: map[string]history.License{}, Missed: map[string]int{},
		Policies: map[string]history.Policy{
			policy: {ID: policy, App: app, Enabled: true, Products: []history.PolicyProduct{{Product: e3}, {Product: e1}}},
		},
	}}
	s.change("demo", "tenant", "tenant", map[string]any{"autoClaimEnabled": true})

	for _, product := range []string{e3, e1} {
		s.change("demo", "subscription", "of "+product, map[string]any{"productId": product, "quantity": 1, "status": "ACTIVE"})
		s.db.Pools[product] = history.Pool{Total: 1}
	}

	s.change("demo", "policy", policy, s.db.Policies[policy])

	return s
}

// change is an admin's transaction, of a call with this request id.
func (s *story) change(request, kind, object string, after any) {
	s.now += second

	raw, err := json.Marshal(after)
	if err != nil {
		panic(err)
	}

	s.db.Transactions = append(s.db.Transactions, history.Transaction{At: s.now, Audit: []history.AuditRow{{
		ID: fmt.Sprint(len(s.db.Transactions)), Kind: kind, Object: object, Request: request, After: raw, Action: "updated",
	}}})
}

// call records a call that lasts from half a second before the next step to half a second after it.
func (s *story) call(call history.Call) {
	call.ID = fmt.Sprint(len(s.calls))
	call.Begin, call.End = s.now+second/2, s.now+3*second/2
	s.calls = append(s.calls, call)
}

func (s *story) answered(user, outcome, license string) {
	s.call(history.Call{Operation: history.Claim, User: user, Answered: true, Outcome: outcome, License: license})
}

// give is the transaction of a claim.
func (s *story) give(user, product string, position int, license string) {
	s.now += second
	s.db.Transactions = append(s.db.Transactions, history.Transaction{At: s.now, Claims: []history.ClaimRow{{
		ID: "claim of " + license, User: user, Policy: policy, Product: product, License: license, Position: position,
	}}})
	s.db.Licenses[license] = history.License{ID: license, User: user, Product: product, Source: "AUTO_CLAIM"}
	pool := s.db.Pools[product]
	pool.Assigned++
	s.db.Pools[product] = pool
}

// set is an admin's call and its transaction.
func (s *story) set(operation, kind, object string, after any) {
	s.call(history.Call{Operation: operation, Answered: true})
	s.change(s.calls[len(s.calls)-1].ID, kind, object, after)
	s.db.Transactions[len(s.db.Transactions)-1].Audit[0].Action = operation
}

func (s *story) remove(license string) {
	removed := s.db.Licenses[license]
	removed.RemovedAt = &time.Time{}
	s.set("removeLicense", "license", license, removed)
	s.db.Licenses[license] = removed
	pool := s.db.Pools[removed.Product]
	pool.Assigned--
	s.db.Pools[removed.Product] = pool
}

func (s *story) turnPolicy(on bool) {
	changed := s.db.Policies[policy]
	changed.Enabled = on
	s.set("setPolicyEnabled", "policy", policy, changed)
	s.db.Policies[policy] = changed
}

// good is a history in which all went well.
func good() *story {
	s := begin()
	s.answered("ann", "CLAIMED", "a")
	s.give("1", e3, 0, "a")
	s.answered("ann", "ALREADY_LICENSED", "a")
	s.now += second
	s.call(history.Call{Operation: history.Claim, User: "bob", Failure: "no response"})
	s.give("2", e1, 1, "b")
	s.remove("a")
	s.turnPolicy(false)
	s.answered("ann", "POLICY_OFF", "")
	s.now += 2 * second

	return s
}

func TestAGoodHistoryBreaksNothing(t *testing.T) {
	t.Parallel()

	s := good()
	assert.Empty(t, checker.Check(s.calls, s.db))
}

func TestEachBrokenPromiseIsFound(t *testing.T) {
	t.Parallel()

	for name, broken := range map[string]struct {
		kind  checker.Kind
		story func() *story
	}{
		"a claim that was acknowledged and is gone": {checker.Lost, func() *story {
			s := good()
			s.answered("ann", "CLAIMED", "gone")

			return s
		}},
		"a license whose row is gone": {checker.Lost, func() *story {
			s := good()
			delete(s.db.Licenses, "b")

			return s
		}},
		"a removal that was acknowledged and did not happen": {checker.Lost, func() *story {
			s := good()
			s.call(history.Call{Operation: "removeLicense", Answered: true})

			return s
		}},
		"a switch that was acknowledged and did not move": {checker.Lost, func() *story {
			s, on := good(), true
			s.call(history.Call{Operation: "setPolicyEnabled", Answered: true, On: &on})

			return s
		}},
		"a user who was turned away without a record": {checker.Lost, func() *story {
			s := begin()
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.call(history.Call{Operation: history.Claim, User: "bob", Failure: "no response"})
			s.give("2", e1, 1, "b")
			s.db.Users["3"] = "cid"
			s.answered("cid", "OUT_OF_LICENSES", "")

			return s
		}},
		"two licenses of one product for one user": {checker.GivenTwice, func() *story {
			s := begin()
			s.db.Pools[e3] = history.Pool{Total: 2}
			s.change("demo", "subscription", "more", map[string]any{"productId": e3, "quantity": 1, "status": "ACTIVE"})
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.answered("ann", "CLAIMED", "b")
			s.give("1", e3, 0, "b")

			return s
		}},
		"a second product for a user who has one": {checker.GivenTwice, func() *story {
			s := begin()
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.answered("ann", "CLAIMED", "b")
			s.give("1", e1, 1, "b")

			return s
		}},
		"more licenses than there are, for a moment": {checker.OverAllocated, func() *story {
			s := begin()
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.answered("bob", "CLAIMED", "b")
			s.give("2", e3, 0, "b")
			s.remove("a")

			return s
		}},
		"a subscription that shrank below what is assigned": {checker.OverAllocated, func() *story {
			s := begin()
			s.db.Pools[e3] = history.Pool{Total: 1}
			s.change("demo", "subscription", "more", map[string]any{"productId": e3, "quantity": 2, "status": "ACTIVE"})

			for i, user := range []string{"ann", "bob"} {
				s.answered(user, "CLAIMED", user)
				s.give(fmt.Sprint(i+1), e3, 0, user)
			}

			s.set("updateSubscription", "subscription", "more", map[string]any{"productId": e3, "quantity": 1, "status": "ACTIVE"})
			s.db.Pools[e3] = history.Pool{Total: 2, Assigned: 2}
			s.set("updateSubscription", "subscription", "of E3", map[string]any{"productId": e3, "quantity": 1, "status": "CANCELED"})
			s.db.Pools[e3] = history.Pool{Total: 1, Assigned: 2}
			s.set("updateSubscription", "subscription", "more", map[string]any{"productId": e3, "quantity": 3, "status": "ACTIVE"})
			s.set("updateSubscription", "subscription", "more", map[string]any{"productId": e3, "quantity": 1, "status": "ACTIVE"})

			return s
		}},
		"a license that nobody asked for": {checker.Unexplained, func() *story {
			s := begin()
			s.give("1", e3, 0, "a")

			return s
		}},
		"a license with neither claim nor audit event": {checker.Unexplained, func() *story {
			s := begin()
			s.db.Licenses["x"] = history.License{ID: "x", User: "1", Product: e3, RemovedAt: &time.Time{}}

			return s
		}},
		"one unanswered call that gave two licenses": {checker.Unexplained, func() *story {
			s := begin()
			s.call(history.Call{Operation: history.Claim, User: "ann", Failure: "no response"})
			s.give("1", e3, 0, "a")
			s.remove("a")
			s.give("1", e3, 0, "b")

			return s
		}},
		"a claim under a policy that had long been off": {checker.AgainstPolicy, func() *story {
			s := begin()
			s.turnPolicy(false)
			s.now += second
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")

			return s
		}},
		"a backup while the primary had one left": {checker.AgainstPolicy, func() *story {
			s := begin()
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e1, 1, "a")

			return s
		}},
		"a claim of a blocked user": {checker.AgainstPolicy, func() *story {
			s := begin()
			s.set("blockUser", "user", "1", map[string]any{"blockedAt": time.Time{}})
			s.db.Blocked["1"] = true
			s.now += second
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")

			return s
		}},
		"an answer with a license that was removed before the call": {checker.WrongAnswer, func() *story {
			s := good()
			s.answered("ann", "ALREADY_LICENSED", "a")

			return s
		}},
		"an answer with somebody else's license": {checker.WrongAnswer, func() *story {
			s := good()
			s.answered("ann", "ALREADY_LICENSED", "b")

			return s
		}},
		"an answer that the policy was off when it was on": {checker.WrongAnswer, func() *story {
			s := begin()
			s.answered("ann", "POLICY_OFF", "")

			return s
		}},
		"an answer that none was left when one was": {checker.WrongAnswer, func() *story {
			s := begin()
			s.answered("ann", "OUT_OF_LICENSES", "")
			s.db.Missed["1"] = 1

			return s
		}},
		"a reply before the commit": {checker.WrongAnswer, func() *story {
			s := begin()
			s.answered("ann", "CLAIMED", "a")
			s.now += second
			s.give("1", e3, 0, "a")

			return s
		}},
		"a refusal that changed something all the same": {checker.WrongAnswer, func() *story {
			s := good()
			s.turnPolicy(true)
			s.calls[len(s.calls)-1].Refused = "CONFLICT"

			return s
		}},
		"two calls that were both told to have claimed": {checker.WrongAnswer, func() *story {
			s := begin()
			s.answered("ann", "CLAIMED", "a")
			s.answered("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")

			return s
		}},
		"a count that is off by one": {checker.WrongState, func() *story {
			s := good()
			s.db.Pools[e3] = history.Pool{Total: 1, Assigned: 1}

			return s
		}},
		"a policy that is not as it was set": {checker.WrongState, func() *story {
			s := good()
			changed := s.db.Policies[policy]
			changed.Enabled = true
			s.db.Policies[policy] = changed

			return s
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := broken.story()

			found := checker.Check(s.calls, s.db)
			require.NotEmpty(t, found)

			for _, violation := range found {
				if violation.Kind == broken.kind {
					return
				}
			}

			assert.Fail(t, "not found", "%v", found)
		})
	}
}

func TestAChangeMeanwhileExcusesEitherAnswer(t *testing.T) {
	t.Parallel()

	for _, outcome := range []string{"POLICY_OFF", "CLAIMED"} {
		s := begin()

		if outcome == "CLAIMED" {
			s.answered("ann", "CLAIMED", "a")
			s.turnPolicy(false)
			s.calls[0].End += second // The claim read the policy before, and was committed after.
			s.give("1", e3, 0, "a")
		} else {
			s.answered("ann", "POLICY_OFF", "")
			s.turnPolicy(false)
		}

		assert.Empty(t, checker.Check(s.calls, s.db), outcome)
	}
}

func TestTheTimeAwayIsTheLongestWithoutAnAnswer(t *testing.T) {
	t.Parallel()

	calls := []history.Call{
		{End: second, Answered: true}, {End: 2 * second}, {End: 4 * second, Answered: true}, {End: 5 * second, Answered: true},
	}

	assert.Equal(t, 3*second, history.Away(calls, 0, 6*second))
	assert.Equal(t, 5*second, history.Away(calls, 0, 10*second), "until the end")
	assert.Equal(t, 2*second, history.Back(calls, 2*second))
}
