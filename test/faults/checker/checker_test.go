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

// Ids. They are short to keep the tests readable.
const (
	app, policy, e3, e1 = "teams", "policy", "E3", "E1"
	second              = time.Second
)

// scenario builds a history and the matching database, step by step. Each step takes one second.
type scenario struct {
	now   time.Duration
	calls []history.Call
	db    history.Database
}

// newScenario returns a tenant with one policy of two products. The tenant has one license of each.
func newScenario() *scenario {
	s := &scenario{db: history.Database{
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

// change adds the transaction of an admin. request is the id of the call.
func (s *scenario) change(request, kind, object string, after any) {
	s.now += second

	raw, err := json.Marshal(after)
	if err != nil {
		panic(err)
	}

	s.db.Transactions = append(s.db.Transactions, history.Transaction{At: s.now, Audit: []history.AuditRow{{
		ID: fmt.Sprint(len(s.db.Transactions)), Kind: kind, Object: object, Request: request, After: raw, Action: "updated",
	}}})
}

// call adds a call that begins half a second before the next step and ends half a second after it.
func (s *scenario) call(call history.Call) {
	call.ID = fmt.Sprint(len(s.calls))
	call.Begin, call.End = s.now+second/2, s.now+3*second/2
	s.calls = append(s.calls, call)
}

func (s *scenario) claimCall(user, outcome, license string) {
	s.call(history.Call{Operation: history.Claim, User: user, Answered: true, Outcome: outcome, License: license})
}

// give adds the transaction of a claim.
func (s *scenario) give(user, product string, position int, license string) {
	s.now += second
	s.db.Transactions = append(s.db.Transactions, history.Transaction{At: s.now, Claims: []history.ClaimRow{{
		ID: "claim of " + license, User: user, Policy: policy, Product: product, License: license, Position: position,
	}}})
	s.db.Licenses[license] = history.License{ID: license, User: user, Product: product, Source: "AUTO_CLAIM"}
	pool := s.db.Pools[product]
	pool.Assigned++
	s.db.Pools[product] = pool
}

// set adds a call of an admin and its transaction.
func (s *scenario) set(operation, kind, object string, after any) {
	s.call(history.Call{Operation: operation, Answered: true})
	s.change(s.calls[len(s.calls)-1].ID, kind, object, after)
	s.db.Transactions[len(s.db.Transactions)-1].Audit[0].Action = operation
}

func (s *scenario) remove(license string) {
	removed := s.db.Licenses[license]
	removed.RemovedAt = &time.Time{}
	s.set("removeLicense", "license", license, removed)
	s.db.Licenses[license] = removed
	pool := s.db.Pools[removed.Product]
	pool.Assigned--
	s.db.Pools[removed.Product] = pool
}

func (s *scenario) turnPolicy(on bool) {
	changed := s.db.Policies[policy]
	changed.Enabled = on
	s.set("setPolicyEnabled", "policy", policy, changed)
	s.db.Policies[policy] = changed
}

// withoutViolations returns a history without violations.
func withoutViolations() *scenario {
	s := newScenario()
	s.claimCall("ann", "CLAIMED", "a")
	s.give("1", e3, 0, "a")
	s.claimCall("ann", "ALREADY_LICENSED", "a")
	s.now += second
	s.call(history.Call{Operation: history.Claim, User: "bob", Failure: "no response"})
	s.give("2", e1, 1, "b")
	s.remove("a")
	s.turnPolicy(false)
	s.claimCall("ann", "POLICY_OFF", "")
	s.now += 2 * second

	return s
}

func TestACorrectHistoryHasNoViolations(t *testing.T) {
	t.Parallel()

	s := withoutViolations()
	assert.Empty(t, checker.Check(s.calls, s.db))
}

func TestEachKindOfViolationIsFound(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		kind     checker.Kind
		scenario func() *scenario
	}{
		"an acknowledged claim that is missing": {checker.Lost, func() *scenario {
			s := withoutViolations()
			s.claimCall("ann", "CLAIMED", "gone")

			return s
		}},
		"a license whose row is missing": {checker.Lost, func() *scenario {
			s := withoutViolations()
			delete(s.db.Licenses, "b")

			return s
		}},
		"an acknowledged removal that did not happen": {checker.Lost, func() *scenario {
			s := withoutViolations()
			s.call(history.Call{Operation: "removeLicense", Answered: true})

			return s
		}},
		"an acknowledged switch that did not change": {checker.Lost, func() *scenario {
			s, on := withoutViolations(), true
			s.call(history.Call{Operation: "setPolicyEnabled", Answered: true, On: &on})

			return s
		}},
		"a missed claim that was not recorded": {checker.Lost, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.call(history.Call{Operation: history.Claim, User: "bob", Failure: "no response"})
			s.give("2", e1, 1, "b")
			s.db.Users["3"] = "cid"
			s.claimCall("cid", "OUT_OF_LICENSES", "")

			return s
		}},
		"two licenses of one product for one user": {checker.GivenTwice, func() *scenario {
			s := newScenario()
			s.db.Pools[e3] = history.Pool{Total: 2}
			s.change("demo", "subscription", "more", map[string]any{"productId": e3, "quantity": 1, "status": "ACTIVE"})
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.claimCall("ann", "CLAIMED", "b")
			s.give("1", e3, 0, "b")

			return s
		}},
		"a second product for a user who has one": {checker.GivenTwice, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.claimCall("ann", "CLAIMED", "b")
			s.give("1", e1, 1, "b")

			return s
		}},
		"more licenses assigned than exist, temporarily": {checker.OverAllocated, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")
			s.claimCall("bob", "CLAIMED", "b")
			s.give("2", e3, 0, "b")
			s.remove("a")

			return s
		}},
		"a subscription reduced below the number of assigned licenses": {checker.OverAllocated, func() *scenario {
			s := newScenario()
			s.db.Pools[e3] = history.Pool{Total: 1}
			s.change("demo", "subscription", "more", map[string]any{"productId": e3, "quantity": 2, "status": "ACTIVE"})

			for i, user := range []string{"ann", "bob"} {
				s.claimCall(user, "CLAIMED", user)
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
		"a license that no call requested": {checker.Unexplained, func() *scenario {
			s := newScenario()
			s.give("1", e3, 0, "a")

			return s
		}},
		"a license with neither claim nor audit event": {checker.Unexplained, func() *scenario {
			s := newScenario()
			s.db.Licenses["x"] = history.License{ID: "x", User: "1", Product: e3, RemovedAt: &time.Time{}}

			return s
		}},
		"two licenses for one unanswered call": {checker.Unexplained, func() *scenario {
			s := newScenario()
			s.call(history.Call{Operation: history.Claim, User: "ann", Failure: "no response"})
			s.give("1", e3, 0, "a")
			s.remove("a")
			s.give("1", e3, 0, "b")

			return s
		}},
		"a claim under a policy that was turned off before the call": {checker.AgainstPolicy, func() *scenario {
			s := newScenario()
			s.turnPolicy(false)
			s.now += second
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")

			return s
		}},
		"a backup product while the primary had a license available": {checker.AgainstPolicy, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e1, 1, "a")

			return s
		}},
		"a claim of a blocked user": {checker.AgainstPolicy, func() *scenario {
			s := newScenario()
			s.set("blockUser", "user", "1", map[string]any{"blockedAt": time.Time{}})
			s.db.Blocked["1"] = true
			s.now += second
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")

			return s
		}},
		"a response with a license that was removed before the call": {checker.WrongAnswer, func() *scenario {
			s := withoutViolations()
			s.claimCall("ann", "ALREADY_LICENSED", "a")

			return s
		}},
		"a response with another user's license": {checker.WrongAnswer, func() *scenario {
			s := withoutViolations()
			s.claimCall("ann", "ALREADY_LICENSED", "b")

			return s
		}},
		"a response POLICY_OFF while the policy was on": {checker.WrongAnswer, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "POLICY_OFF", "")

			return s
		}},
		"a response OUT_OF_LICENSES while a license was available": {checker.WrongAnswer, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "OUT_OF_LICENSES", "")
			s.db.Missed["1"] = 1

			return s
		}},
		"a response before the commit": {checker.WrongAnswer, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "CLAIMED", "a")
			s.now += second
			s.give("1", e3, 0, "a")

			return s
		}},
		"a refused call that changed something": {checker.WrongAnswer, func() *scenario {
			s := withoutViolations()
			s.turnPolicy(true)
			s.calls[len(s.calls)-1].Refused = "CONFLICT"

			return s
		}},
		"two calls with the outcome CLAIMED for one license": {checker.WrongAnswer, func() *scenario {
			s := newScenario()
			s.claimCall("ann", "CLAIMED", "a")
			s.claimCall("ann", "CLAIMED", "a")
			s.give("1", e3, 0, "a")

			return s
		}},
		"a pool count that is off by one": {checker.WrongState, func() *scenario {
			s := withoutViolations()
			s.db.Pools[e3] = history.Pool{Total: 1, Assigned: 1}

			return s
		}},
		"a policy that differs from the last change": {checker.WrongState, func() *scenario {
			s := withoutViolations()
			changed := s.db.Policies[policy]
			changed.Enabled = true
			s.db.Policies[policy] = changed

			return s
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := test.scenario()

			found := checker.Check(s.calls, s.db)
			require.NotEmpty(t, found)

			for _, violation := range found {
				if violation.Kind == test.kind {
					return
				}
			}

			assert.Fail(t, "not found", "%v", found)
		})
	}
}

func TestDuringAConcurrentChangeBothResponsesAreCorrect(t *testing.T) {
	t.Parallel()

	for _, outcome := range []string{"POLICY_OFF", "CLAIMED"} {
		s := newScenario()

		if outcome == "CLAIMED" {
			s.claimCall("ann", "CLAIMED", "a")
			s.turnPolicy(false)
			s.calls[0].End += second // The claim read the policy before the change and committed after it.
			s.give("1", e3, 0, "a")
		} else {
			s.claimCall("ann", "POLICY_OFF", "")
			s.turnPolicy(false)
		}

		assert.Empty(t, checker.Check(s.calls, s.db), outcome)
	}
}

func TestTheLongestOutageIsTheLongestTimeWithoutAResponse(t *testing.T) {
	t.Parallel()

	calls := []history.Call{
		{End: second, Answered: true}, {End: 2 * second}, {End: 4 * second, Answered: true}, {End: 5 * second, Answered: true},
	}

	assert.Equal(t, 3*second, history.LongestOutage(calls, 0, 6*second))
	assert.Equal(t, 5*second, history.LongestOutage(calls, 0, 10*second), "until the end")
	assert.Equal(t, 2*second, history.RecoveryTime(calls, 2*second))
}
