// Package checker compares the responses that clients got with the contents of the database, and reports violations of
// the guarantees of Autoclaim. It implements the rules independently and shares no code with the server.
//
// It replays the transactions in commit order, so it knows the state at each point in time. A transaction must be valid
// in the state at its commit, for everything that it locks. A response must have been correct at some time between the
// begin and the end of its call.
package checker

import (
	"fmt"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// Kind is the guarantee that was violated.
type Kind string

// The kinds of violations.
const (
	// Lost is an acknowledged change that is not in the database.
	Lost Kind = "lost"
	// GivenTwice is a license for a user who already had a license of the product or of the app.
	GivenTwice Kind = "given twice"
	// OverAllocated is a license that was given although none was available.
	OverAllocated Kind = "over-allocated"
	// Unexplained is a change that no call requested.
	Unexplained Kind = "unexplained"
	// AgainstPolicy is a license that no policy at the time allowed.
	AgainstPolicy Kind = "against the policy"
	// WrongAnswer is a response that was not correct at any time during its call.
	WrongAnswer Kind = "wrong answer"
	// WrongState is a difference between a table and the effects of the transactions.
	WrongState Kind = "wrong state"
)

// Violation is a violated guarantee.
type Violation struct {
	Kind    Kind
	Message string
}

// String implements fmt.Stringer.
func (v Violation) String() string { return string(v.Kind) + ": " + v.Message }

// Check returns all violations. It assumes that all products of policies include the app.
func Check(calls []history.Call, db history.Database) []Violation {
	c := newChecker(calls, db)
	c.replayConfiguration()

	for number, transaction := range db.Transactions {
		c.replay(moment{number, transaction.At}, transaction)
	}

	c.compareState()

	for i := range calls {
		c.checkAnswer(&calls[i])
	}

	return c.violations
}

// checker is the state of a check.
type checker struct {
	db         history.Database
	violations []Violation

	byID map[string]*history.Call
	// claimed are the calls with the outcome CLAIMED by license.
	claimed map[string]*history.Call
	// unanswered are the claims without a definite response by external user id, in order. A claim is removed when it
	// is matched with a license.
	unanswered map[string][]*history.Call
	userIDs    map[string]string

	config        timeline[config]
	policies      map[string]history.Policy
	users         map[string]*timeline[user]
	pools         map[string]*timeline[history.Pool]
	licenses      map[string]*license
	subscriptions map[string]subscription
	// changed has the request ids of all audit events.
	changed map[string]bool
}

// config is the part of the tenant's configuration that claims depend on.
type config struct {
	enabled bool
	policy  history.Policy // Its id is empty if there is no policy.
}

// user is the part of a user's state that claims depend on.
type user struct {
	blocked  bool
	licenses []heldLicense
}

// heldLicense is an active license of a user.
type heldLicense struct {
	license, product string
	appOff           bool
}

// hasAccess reports whether a license gives the user access to the app.
func (u user) hasAccess() bool {
	return slices.ContainsFunc(u.licenses, func(h heldLicense) bool { return !h.appOff })
}

func (u user) holds(product string) bool {
	return slices.ContainsFunc(u.licenses, func(h heldLicense) bool { return h.product == product })
}

func (u user) with(h heldLicense) user {
	u.licenses = append(slices.Clone(u.licenses), h)

	return u
}

func (u user) without(license string) user {
	u.licenses = slices.DeleteFunc(slices.Clone(u.licenses), func(h heldLicense) bool { return h.license == license })

	return u
}

// license is a license. claimed reports whether the user claimed it.
type license struct {
	user, product string
	claimed       bool
	removed       bool
}

type subscription struct {
	Product  string `json:"productId"`
	Quantity int    `json:"quantity"`
	Status   string `json:"status"`
}

// counted returns the number of licenses that the subscription adds to its pool.
func (s subscription) counted() int {
	if s.Status == "ACTIVE" || s.Status == "WARNING" {
		return s.Quantity
	}

	return 0
}

func newChecker(calls []history.Call, db history.Database) *checker {
	c := &checker{
		db: db, byID: make(map[string]*history.Call), claimed: make(map[string]*history.Call),
		unanswered: make(map[string][]*history.Call), userIDs: make(map[string]string), config: newTimeline(config{}),
		policies: make(map[string]history.Policy), users: make(map[string]*timeline[user]),
		pools: make(map[string]*timeline[history.Pool]), licenses: make(map[string]*license),
		subscriptions: make(map[string]subscription), changed: make(map[string]bool),
	}

	for id, external := range db.Users {
		c.userIDs[external] = id
	}

	for i := range calls {
		call := &calls[i]
		c.byID[call.ID] = call

		switch {
		case call.Operation != history.Claim:
		case !call.Answered:
			c.unanswered[call.User] = append(c.unanswered[call.User], call)
		case call.Outcome == "CLAIMED":
			if other, twice := c.claimed[call.License]; twice {
				c.fail(WrongAnswer, "%s and %s both had the outcome CLAIMED with license %s", other.ID, call.ID, call.License)
			}

			c.claimed[call.License] = call
		}
	}

	return c
}

func (c *checker) fail(kind Kind, format string, args ...any) {
	c.violations = append(c.violations, Violation{Kind: kind, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) user(id string) *timeline[user] {
	if c.users[id] == nil {
		fresh := newTimeline(user{})
		c.users[id] = &fresh
	}

	return c.users[id]
}

func (c *checker) pool(product string) *timeline[history.Pool] {
	if c.pools[product] == nil {
		fresh := newTimeline(history.Pool{})
		c.pools[product] = &fresh
	}

	return c.pools[product]
}

// visibleBy returns the latest time at which the change of the call became visible: the time of its response.
func visibleBy(call *history.Call) time.Duration {
	if call != nil && call.Answered {
		return call.End
	}

	return endOfTime
}

// auditVisibleBy returns the latest time at which the change of an audit event became visible. The set-up ends before the
// first call.
func (c *checker) auditVisibleBy(row history.AuditRow, at time.Duration) time.Duration {
	if row.Request == setUp {
		return at
	}

	return visibleBy(c.byID[row.Request])
}

// inTime reports whether the call can have made a change at this time. A call without a response can take effect later.
func inTime(call *history.Call, at time.Duration) bool {
	return at >= call.Begin-tolerance && (!call.Answered || at <= call.End+tolerance)
}
