package checker

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"time"
)

const (
	endOfTime   = time.Duration(math.MaxInt64)
	startOfTime = time.Duration(math.MinInt64)
	// tolerance is the allowed difference between the clocks of the database and of the clients on the same machine.
	tolerance = 5 * time.Millisecond
)

// version is a value and the period in which it may have been current. The commit time is before the change becomes
// visible, so versions overlap: the old value may be read until the new one was certainly visible.
type version[T any] struct {
	moment

	from, until time.Duration
	value       T
}

// moment is the position of a transaction in commit order, and its commit time.
type moment struct {
	number int
	at     time.Duration
}

// timeline is all versions of a value, in order. The value is only changed under a lock, so each change saw the version
// before it.
type timeline[T any] []version[T]

func newTimeline[T any](value T) timeline[T] {
	return timeline[T]{{moment: moment{number: -1}, from: startOfTime, until: endOfTime, value: value}}
}

// add adds a version that the transaction wrote. It was visible at visibleBy at the latest.
func (t *timeline[T]) add(by moment, visibleBy time.Duration, value T) {
	last := len(*t) - 1

	if (*t)[last].number == by.number { // The transaction changed the value again.
		(*t)[last].value = value

		return
	}

	(*t)[last].until = visibleBy

	if last > 0 { // This transaction saw the last version, so the one before it is over.
		(*t)[last-1].until = min((*t)[last-1].until, by.at)
	}

	*t = append(*t, version[T]{moment: by, from: by.at, until: endOfTime, value: value})
}

func (t timeline[T]) last() T { return t[len(t)-1].value }

// within returns the values that may have been current at some time between begin and end.
func (t timeline[T]) within(begin, end time.Duration) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range t {
			if v.from <= end+tolerance && (v.until == endOfTime || v.until >= begin-tolerance) && !yield(v.value) {
				return
			}
		}
	}
}

// anyOf reports whether one of the values satisfies the condition.
func anyOf[T any](values iter.Seq[T], condition func(T) bool) bool {
	for value := range values {
		if condition(value) {
			return true
		}
	}

	return false
}

// describeNear describes the versions around a call, for messages.
func (t timeline[T]) describeNear(begin, end time.Duration) string {
	const near = 200 * time.Millisecond

	var parts []string

	for _, v := range t {
		if v.from <= end+near && (v.until == endOfTime || v.until >= begin-near) {
			parts = append(parts, fmt.Sprintf("%+v from %v until %v", v.value, v.from, v.until))
		}
	}

	return strings.Join(parts, ", ")
}
