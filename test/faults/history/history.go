// Package history records the calls that the clients of a run made, and the contents of the database afterwards.
package history

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"
)

// Claim is the operation of a sign-in. Other operations have the names of their mutations.
const Claim = "claimLicense"

// Call is one call of a client and its response. Times are measured from the start of the run by a monotonic clock,
// which no fault changes.
type Call struct {
	// ID is the request id, which audit events also have.
	ID string
	// Operation is the name of the mutation.
	Operation string
	// User is the external id of the affected user, if there is one.
	User string
	// On is the requested state, if the mutation sets a switch.
	On *bool
	// Server is the index of the called server.
	Server     int
	Begin, End time.Duration
	// Answered reports whether the server sent a definite response. Otherwise the call may have taken effect, or may
	// take effect later.
	Answered bool
	// Refused is the code of the first user error. If it is set, the call changed nothing.
	Refused string
	// Outcome is the outcome of a claim.
	Outcome string
	// License is the id of the license in the response.
	License string
	// Failure is why there was no definite response: the code of an error, or "no response".
	Failure string
}

// Log collects the calls of a run. It is safe for concurrent use.
type Log struct {
	start time.Time
	mu    sync.Mutex
	calls []Call
}

// NewLog returns a log of a run that starts now.
func NewLog() *Log { return &Log{start: time.Now()} }

// Start returns the start of the run.
func (l *Log) Start() time.Time { return l.start }

// Now returns the time since the start of the run.
func (l *Log) Now() time.Duration { return time.Since(l.start) }

// Add adds a finished call.
func (l *Log) Add(call Call) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.calls = append(l.calls, call)
}

// Calls returns all calls so far, ordered by their begin.
func (l *Log) Calls() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()

	calls := slices.Clone(l.calls)
	slices.SortStableFunc(calls, func(a, b Call) int { return cmp.Compare(a.Begin, b.Begin) })

	return calls
}

// LongestOutage returns the longest time between from and to without a response.
func LongestOutage(calls []Call, from, to time.Duration) time.Duration {
	ends := []time.Duration{to}

	for _, call := range calls {
		if call.Answered && call.End >= from && call.End <= to {
			ends = append(ends, call.End)
		}
	}

	slices.Sort(ends)

	longest, last := time.Duration(0), from
	for _, end := range ends {
		longest, last = max(longest, end-last), end
	}

	return longest
}

// RecoveryTime returns the time from after to the next response.
func RecoveryTime(calls []Call, after time.Duration) time.Duration {
	first := time.Duration(math.MaxInt64)

	for _, call := range calls {
		if call.Answered && call.End >= after {
			first = min(first, call.End-after)
		}
	}

	return first
}
