// Package coalesce makes batches of requests that come at the same time. No request waits for a timer: while
// a batch runs, those that arrive form the next one, so batches are of one when idle and grow under load.
package coalesce

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// ErrOverloaded says that too many requests wait already. The caller should try again after a moment.
var ErrOverloaded = errors.New("too many requests are waiting")

// ErrClosed says that no more requests are taken.
var ErrClosed = errors.New("requests are no longer taken")

// Limits bound what batches take of the machine. All of them must be positive.
type Limits struct {
	// Batch is how many requests one batch has at most.
	Batch int
	// Waiting is how many requests of one key may wait; more are refused.
	Waiting int
	// Parallel is how many batches of one key run at once.
	Parallel int
	// Timeout ends a batch that takes too long.
	Timeout time.Duration
}

// Batcher runs requests in batches of the same key. It is safe for concurrent use.
type Batcher[Key comparable, In, Out any] struct {
	run    func(ctx context.Context, key Key, requests []In) ([]Out, error)
	limits Limits

	mu     sync.Mutex
	closed bool
	queues map[Key]*queue[In, Out]
	// runners are the goroutines that run batches, while there are requests.
	runners sync.WaitGroup
}

// queue is what waits for one key, and how many runners it has.
type queue[In, Out any] struct {
	waiting []waiter[In, Out]
	runners int
}

// waiter is a request that waits for its batch.
type waiter[In, Out any] struct {
	request In
	done    chan<- result[Out]
}

type result[Out any] struct {
	answer Out
	err    error
}

// New returns a batcher. run answers the requests of a batch in their order, or fails all of them. Its
// context is the batch's own: no caller's end may take the others' answers away.
func New[Key comparable, In, Out any](
	limits Limits, run func(ctx context.Context, key Key, requests []In) ([]Out, error),
) *Batcher[Key, In, Out] {
	return &Batcher[Key, In, Out]{run: run, limits: limits, queues: make(map[Key]*queue[In, Out])}
}

// Do waits for the request's answer. A batch that answers it begins after Do was called. A caller whose ctx
// ends leaves its batch undisturbed.
func (b *Batcher[Key, In, Out]) Do(ctx context.Context, key Key, request In) (Out, error) {
	// The runner must never wait for a caller that is gone, so there is room for its answer.
	done := make(chan result[Out], 1)

	var none Out

	if err := b.enqueue(key, waiter[In, Out]{request: request, done: done}); err != nil {
		return none, err
	}

	select {
	case r := <-done:
		return r.answer, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (b *Batcher[Key, In, Out]) enqueue(key Key, w waiter[In, Out]) error {
	b.mu.Lock()
	defer b.mu.Unlock()

	if b.closed {
		return ErrClosed
	}

	q, known := b.queues[key]
	if !known {
		q = new(queue[In, Out])
		b.queues[key] = q
	}

	if len(q.waiting) == b.limits.Waiting {
		return ErrOverloaded
	}

	q.waiting = append(q.waiting, w)

	if q.runners < b.limits.Parallel {
		q.runners++

		b.runners.Go(func() { b.serve(key) })
	}

	return nil
}

// serve runs batches of the key until nothing waits for it.
func (b *Batcher[Key, In, Out]) serve(key Key) {
	for {
		batch := b.next(key)
		if len(batch) == 0 {
			return
		}

		b.settle(key, batch)
	}
}

// next takes the requests of the next batch. If there are none, the runner must end.
func (b *Batcher[Key, In, Out]) next(key Key) []waiter[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()

	q := b.queues[key]

	if len(q.waiting) == 0 {
		if q.runners--; q.runners == 0 {
			delete(b.queues, key)
		}

		return nil
	}

	n := min(len(q.waiting), b.limits.Batch)
	batch := q.waiting[:n:n]

	if q.waiting = q.waiting[n:]; len(q.waiting) == 0 {
		q.waiting = nil // The batch owns the memory.
	}

	return batch
}

func (b *Batcher[Key, In, Out]) settle(key Key, batch []waiter[In, Out]) {
	requests := make([]In, len(batch))
	for i, w := range batch {
		requests[i] = w.request
	}

	ctx, cancel := context.WithTimeout(context.Background(), b.limits.Timeout)
	defer cancel()

	answers, err := b.runSafely(ctx, key, requests)

	for i, w := range batch {
		if err != nil {
			w.done <- result[Out]{err: err}
		} else {
			w.done <- result[Out]{answer: answers[i]}
		}
	}
}

// runSafely makes an error of a panic, which would otherwise end the server and leave the callers waiting.
func (b *Batcher[Key, In, Out]) runSafely(ctx context.Context, key Key, requests []In) (answers []Out, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a batch panicked: %v\n%s", p, debug.Stack()) // Not to be told apart.
		}
	}()

	return b.run(ctx, key, requests)
}

// Close turns new requests away and waits until those that wait have their answers.
func (b *Batcher[Key, In, Out]) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.runners.Wait()
}
