package checker

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"time"
)

const (
	forever = time.Duration(math.MaxInt64)
	ever    = time.Duration(math.MinInt64)
	// tolerance is how far the database's clock and the clients' may be apart, on one machine.
	tolerance = 5 * time.Millisecond
)

// version is a value of a thing and when it may have been in force. A commit's time is taken before others
// see it, so versions overlap: the old one holds until the new one is known to have been visible.
type version[T any] struct {
	moment

	from, until time.Duration
	value       T
}

// moment is a transaction: its place in the order of commits, and its time.
type moment struct {
	number int
	at     time.Duration
}

// timeline is every version of a thing that is changed under a lock: each change saw the one before.
type timeline[T any] []version[T]

func since[T any](value T) timeline[T] {
	return timeline[T]{{moment: moment{number: -1}, from: ever, until: forever, value: value}}
}

// add adds a version that a transaction made and that was visible when it was seen at the latest.
func (t *timeline[T]) add(by moment, seen time.Duration, value T) {
	last := len(*t) - 1

	if (*t)[last].number == by.number { // Its second change of the same thing.
		(*t)[last].value = value

		return
	}

	(*t)[last].until = seen

	if last > 0 { // What came before the last one is over: this change saw the last one.
		(*t)[last-1].until = min((*t)[last-1].until, by.at)
	}

	*t = append(*t, version[T]{moment: by, from: by.at, until: forever, value: value})
}

func (t timeline[T]) last() T { return t[len(t)-1].value }

// within are the values that may have been in force at some moment between begin and end.
func (t timeline[T]) within(begin, end time.Duration) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range t {
			if v.from <= end+tolerance && (v.until == forever || v.until >= begin-tolerance) && !yield(v.value) {
				return
			}
		}
	}
}

// any says whether one of the values satisfies the condition.
func anyOf[T any](values iter.Seq[T], condition func(T) bool) bool {
	for value := range values {
		if condition(value) {
			return true
		}
	}

	return false
}

// around tells of the versions near a call, for people.
func (t timeline[T]) around(begin, end time.Duration) string {
	const near = 200 * time.Millisecond

	var told []string

	for _, v := range t {
		if v.from <= end+near && (v.until == forever || v.until >= begin-near) {
			told = append(told, fmt.Sprintf("%+v from %v until %v", v.value, v.from, v.until))
		}
	}

	return strings.Join(told, ", ")
}
