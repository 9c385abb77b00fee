// Package checker holds what clients were told against what the database holds, by the rules that Autoclaim
// promises to keep. It knows the rules by itself and shares no code with the server.
//
// It replays the transactions in the order of their commits, and so knows what was so at each moment. A
// transaction must be right at the moment of its commit, as far as what it depends on was locked; an answer must
// have been right at some moment between the call and the answer.
package checker

import (
	"fmt"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// Kind is which promise was broken.
type Kind string

// The promises.
const (
	// Lost is a change that was acknowledged and isn't there.
	Lost Kind = "lost"
	// GivenTwice is a license that its user had no need of, or had already.
	GivenTwice Kind = "given twice"
	// OverAllocated is a license that was given though none was left.
	OverAllocated Kind = "over-allocated"
	// Unexplained is a change that nobody asked for.
	Unexplained Kind = "unexplained"
	// AgainstPolicy is a license that no policy in force would have given.
	AgainstPolicy Kind = "against the policy"
	// WrongAnswer is an answer that was true at no moment of its call.
	WrongAnswer Kind = "wrong answer"
	// WrongState is a table that isn't what the transactions lead to.
	WrongState Kind = "wrong state"
)

// Violation is a broken promise.
type Violation struct {
	Kind Kind
	What string
}

// String implements fmt.Stringer.
func (v Violation) String() string { return string(v.Kind) + ": " + v.What }

// Check returns every broken promise. It takes for granted that all products of policies include the app.
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
	// claimed are the calls that were answered CLAIMED, by license.
	claimed map[string]*history.Call
	// open are the claims of users, by external id, that got no definite answer, in order, until they explain a license.
	open    map[string][]*history.Call
	userIDs map[string]string

	config        timeline[config]
	policies      map[string]history.Policy
	users         map[string]*timeline[user]
	pools         map[string]*timeline[history.Pool]
	licenses      map[string]*license
	subscriptions map[string]subscription
	// changed are the requests that left an audit event.
	changed map[string]bool
}

// config is what claims depend on beside users and pools.
type config struct {
	enabled bool
	policy  history.Policy // With no id if there is none.
}

// user is what claims depend on of a user.
type user struct {
	blocked bool
	held    []held
}

// held is an active license.
type held struct {
	license, product string
	appOff           bool
}

func (u user) letIn() bool {
	return slices.ContainsFunc(u.held, func(h held) bool { return !h.appOff })
}

func (u user) holds(product string) bool {
	return slices.ContainsFunc(u.held, func(h held) bool { return h.product == product })
}

func (u user) with(h held) user {
	u.held = append(slices.Clone(u.held), h)

	return u
}

func (u user) without(license string) user {
	u.held = slices.DeleteFunc(slices.Clone(u.held), func(h held) bool { return h.license == license })

	return u
}

// license is a license and whether a claim gave it.
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

// counted is how many licenses the subscription adds to its pool.
func (s subscription) counted() int {
	if s.Status == "ACTIVE" || s.Status == "WARNING" {
		return s.Quantity
	}

	return 0
}

func newChecker(calls []history.Call, db history.Database) *checker {
	c := &checker{
		db: db, byID: make(map[string]*history.Call), claimed: make(map[string]*history.Call),
		open: make(map[string][]*history.Call), userIDs: make(map[string]string), config: since(config{}),
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
			c.open[call.User] = append(c.open[call.User], call)
		case call.Outcome == "CLAIMED":
			if other, twice := c.claimed[call.License]; twice {
				c.fail(WrongAnswer, "%s and %s were both told that they had claimed %s", other.ID, call.ID, call.License)
			}

			c.claimed[call.License] = call
		}
	}

	return c
}

func (c *checker) fail(kind Kind, format string, args ...any) {
	c.violations = append(c.violations, Violation{Kind: kind, What: fmt.Sprintf(format, args...)})
}

func (c *checker) user(id string) *timeline[user] {
	if c.users[id] == nil {
		fresh := since(user{})
		c.users[id] = &fresh
	}

	return c.users[id]
}

func (c *checker) pool(product string) *timeline[history.Pool] {
	if c.pools[product] == nil {
		fresh := since(history.Pool{})
		c.pools[product] = &fresh
	}

	return c.pools[product]
}

// seen is when the answer to the call showed that its change was visible, at the latest.
func seen(call *history.Call) time.Duration {
	if call != nil && call.Answered {
		return call.End
	}

	return forever
}

// visible is the same for an audit event. The set-up is over before the first call.
func (c *checker) visible(row history.AuditRow, at time.Duration) time.Duration {
	if row.Request == setUp {
		return at
	}

	return seen(c.byID[row.Request])
}

// inTime says whether a change may be the call's own. A call without an answer may have its effect later.
func inTime(call *history.Call, at time.Duration) bool {
	return at >= call.Begin-tolerance && (!call.Answered || at <= call.End+tolerance)
}
