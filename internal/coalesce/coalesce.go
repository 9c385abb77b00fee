// Package coalesce makes batches of requests that come at the same time. No request waits for a timer: while
// a batch runs, those that arrive form the next one, so batches are of one when idle and grow under load.
package coalesce

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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
	// Timeout ends a batch that takes too long. One ends earlier when the deadlines of all its callers have passed.
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
	// deadline is when the caller goes away; zero if it stays.
	deadline time.Time
	done     chan<- result[Out]
}

type result[Out any] struct {
	answer Out
	err    error
}

// New returns a batcher. run answers the requests of a batch in their order, or fails all of them. Its
// context outlives each caller's: no caller's end may take the others' answers away.
func New[Key comparable, In, Out any](
	limits Limits, run func(ctx context.Context, key Key, requests []In) ([]Out, error),
) *Batcher[Key, In, Out] {
	return &Batcher[Key, In, Out]{run: run, limits: limits, queues: make(map[Key]*queue[In, Out])}
}

// Do waits for the request's answer. A batch that answers it begins after Do was called. A caller whose ctx
// ends leaves its batch undisturbed.
func (b *Batcher[Key, In, Out]) Do(ctx context.Context, key Key, request In) (Out, error) {
	deadline, _ := ctx.Deadline()
	done, leads, err := b.enqueue(key, request, deadline)

	var none Out

	if err != nil {
		return none, err
	}

	if leads && b.alone(key) {
		return b.runAlone(ctx, key, request)
	}

	select {
	case r := <-done:
		return r.answer, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// enqueue lets the request wait for the next batch, and returns where its answer will be. leads says that no
// batch is running, so that it is up to the caller to begin one.
func (b *Batcher[Key, In, Out]) enqueue(
	key Key, request In, deadline time.Time,
) (done <-chan result[Out], leads bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	if b.closed {
		return nil, false, ErrClosed
	}

	q, known := b.queues[key]
	if !known {
		q = new(queue[In, Out])
		b.queues[key] = q
	}

	if len(q.waiting) == b.limits.Waiting {
		return nil, false, ErrOverloaded
	}

	// The runner must never wait for a caller that is gone, so there is room for its answer.
	answer := make(chan result[Out], 1)
	q.waiting = append(q.waiting, waiter[In, Out]{request: request, deadline: deadline, done: answer})

	if leads = q.runners < b.limits.Parallel; leads {
		q.runners++
		b.runners.Add(1)
	}

	return answer, leads, nil
}

// alone says whether the caller who begins a batch is the only one in it, and so the one to run it: to wake
// another goroutine up takes longer than much of the work. Otherwise another goroutine is the runner.
func (b *Batcher[Key, In, Out]) alone(key Key) bool {
	letOthersJoin()
	b.mu.Lock()
	defer b.mu.Unlock()

	q := b.queues[key]
	if len(q.waiting) == 1 {
		q.waiting = nil

		return true
	}

	b.runners.Go(func() { b.serve(key) })
	b.runners.Done()

	return false
}

// letOthersJoin lets callers that are ready to run come first. On an idle machine there are none, and it takes no
// time; on a busy one it makes batches larger, and so all of them cheaper.
func letOthersJoin() { runtime.Gosched() }

// runAlone answers a request on its caller's goroutine, and leaves what came meanwhile to another. One who hangs
// up does not interrupt the database.
func (b *Batcher[Key, In, Out]) runAlone(ctx context.Context, key Key, request In) (Out, error) {
	defer b.runners.Done()
	defer b.handOver(key)

	deadline, _ := ctx.Deadline()

	answers, err := b.runInTime(context.WithoutCancel(ctx), deadline, key, []In{request})
	if err != nil {
		var none Out

		return none, err
	}

	return answers[0], nil
}

// handOver lets a goroutine run what waits for the key, if anything does.
func (b *Batcher[Key, In, Out]) handOver(key Key) {
	b.mu.Lock()
	defer b.mu.Unlock()

	if q := b.queues[key]; len(q.waiting) > 0 {
		b.runners.Go(func() { b.serve(key) })
	} else {
		b.retire(key, q)
	}
}

// retire ends a runner that has nothing to do. A key without runners takes no memory.
func (b *Batcher[Key, In, Out]) retire(key Key, q *queue[In, Out]) {
	if q.runners--; q.runners == 0 {
		delete(b.queues, key)
	}
}

// serve runs batches of the key until nothing waits for it.
func (b *Batcher[Key, In, Out]) serve(key Key) {
	for {
		letOthersJoin()

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
		b.retire(key, q)

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

	// Nobody waits any more after the last of the deadlines, if each has one.
	last := batch[0].deadline

	for i, w := range batch {
		requests[i] = w.request

		if w.deadline.IsZero() || !last.IsZero() && w.deadline.After(last) {
			last = w.deadline
		}
	}

	answers, err := b.runInTime(context.Background(), last, key, requests)

	for i, w := range batch {
		if err != nil {
			w.done <- result[Out]{err: err}
		} else {
			w.done <- result[Out]{answer: answers[i]}
		}
	}
}

// runInTime ends a batch that takes too long, and makes an error of a panic, which would otherwise end the server
// and leave the callers waiting.
func (b *Batcher[Key, In, Out]) runInTime(
	ctx context.Context, deadline time.Time, key Key, requests []In,
) (answers []Out, err error) {
	if timeout := time.Now().Add(b.limits.Timeout); deadline.IsZero() || timeout.Before(deadline) {
		deadline = timeout
	}

	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()

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
