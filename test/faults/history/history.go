// Package history is what a run's clients saw, call by call, and what the database holds of it.
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

// Call is one call of a client and its answer. Times are since the run's start, by the clock that no step
// concerns.
type Call struct {
	// ID is the request's id. The server's audit events carry it too.
	ID string
	// Operation is the mutation's name.
	Operation string
	// User is the external id of whom it concerns, if it concerns one.
	User string
	// On is what a switch was to be.
	On *bool
	// Server is which of the servers was called.
	Server     int
	Begin, End time.Duration
	// Answered says that a definite answer came. Without one, the call may have had its effect, or may
	// have it later.
	Answered bool
	// Refused is the code of the first user error; then nothing was changed.
	Refused string
	// Outcome is that of a claim.
	Outcome string
	// License is the one that the answer names.
	License string
	// Failure is why no definite answer came: the code of an error, or a word for what the client met.
	Failure string
}

// Log collects the calls of a run. It is safe for concurrent use.
type Log struct {
	start time.Time
	mu    sync.Mutex
	calls []Call
}

// NewLog begins a run.
func NewLog() *Log { return &Log{start: time.Now()} }

// Start is when the run began.
func (l *Log) Start() time.Time { return l.start }

// Now is how long the run lasts already.
func (l *Log) Now() time.Duration { return time.Since(l.start) }

// Add adds a call that has ended.
func (l *Log) Add(call Call) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.calls = append(l.calls, call)
}

// Calls are all calls so far, in the order of their beginnings.
func (l *Log) Calls() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()

	calls := slices.Clone(l.calls)
	slices.SortStableFunc(calls, func(a, b Call) int { return cmp.Compare(a.Begin, b.Begin) })

	return calls
}

// Away is the longest time between from and to in which no call was answered.
func Away(calls []Call, from, to time.Duration) time.Duration {
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

// Back is how long after a moment the next call was answered.
func Back(calls []Call, after time.Duration) time.Duration {
	first := time.Duration(math.MaxInt64)

	for _, call := range calls {
		if call.Answered && call.End >= after {
			first = min(first, call.End-after)
		}
	}

	return first
}
