// Package coalesce runs concurrent requests in batches. No request waits for a timer: the requests that arrive
// while a batch runs form the next one. So a batch has one request when the server is idle, and more under load.
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

// ErrOverloaded means that the queue is full. The caller should try again after a moment.
var ErrOverloaded = errors.New("too many requests are waiting")

// ErrClosed means that the batcher accepts no more requests.
var ErrClosed = errors.New("no more requests are accepted")

// Limits bound the size and number of batches and queues. All of them must be positive.
type Limits struct {
	// Batch is the largest number of requests in a batch.
	Batch int
	// Waiting is how many requests of one key may wait. More get [ErrOverloaded].
	Waiting int
	// Parallel is how many batches of one key run at the same time.
	Parallel int
	// Timeout is how long a batch may take. A batch ends earlier if the deadlines of all its callers have passed.
	Timeout time.Duration
}

// Batcher runs requests in batches of the same key. It is safe for concurrent use.
type Batcher[Key comparable, In, Out any] struct {
	run    func(ctx context.Context, key Key, requests []In) ([]Out, error)
	limits Limits
	// observer may be nil.
	observer Observer

	mu     sync.Mutex
	closed bool
	queues map[Key]*queue[In, Out]
	// runners counts the goroutines that run batches.
	runners sync.WaitGroup
}

// queue holds the waiting requests of one key, and the number of goroutines that run its batches.
type queue[In, Out any] struct {
	waiting []waiter[In, Out]
	runners int
}

// waiter is a request that waits for its batch.
type waiter[In, Out any] struct {
	request In
	arrival arrival
	// deadline is the caller's deadline; zero if it has none.
	deadline time.Time
	done     chan<- result[Out]
}

type result[Out any] struct {
	answer Out
	err    error
}

// New returns a batcher. run returns the answers to the requests of a batch, in the same order, or an error for all
// of them. Its context does not end when a caller's context ends, since the other callers still need their answers.
func New[Key comparable, In, Out any](
	limits Limits, run func(ctx context.Context, key Key, requests []In) ([]Out, error),
) *Batcher[Key, In, Out] {
	return &Batcher[Key, In, Out]{run: run, limits: limits, queues: make(map[Key]*queue[In, Out])}
}

// Do adds a request to the next batch of the key and waits for its answer. The batch starts after Do was called. If
// ctx ends, Do returns its error, and the batch goes on.
func (b *Batcher[Key, In, Out]) Do(ctx context.Context, key Key, request In) (Out, error) {
	arrived := b.arrivalOf(ctx)
	deadline, _ := ctx.Deadline()
	done, starts, err := b.enqueue(key, request, arrived, deadline)

	var none Out

	if err != nil {
		return none, err
	}

	if starts && b.startBatch(key) {
		return b.runAlone(ctx, key, request, arrived)
	}

	select {
	case r := <-done:
		return r.answer, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// enqueue adds a request to the queue. The answer will be sent to done. starts says that another batch may run, and
// that the caller must start it.
func (b *Batcher[Key, In, Out]) enqueue(
	key Key, request In, arrived arrival, deadline time.Time,
) (done <-chan result[Out], starts bool, err error) {
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

	// The channel is buffered, so that the runner never waits for a caller that has returned.
	answer := make(chan result[Out], 1)
	q.waiting = append(q.waiting, waiter[In, Out]{request: request, arrival: arrived, deadline: deadline, done: answer})

	if starts = q.runners < b.limits.Parallel; starts {
		q.runners++
		b.runners.Add(1)
	}

	return answer, starts, nil
}

// startBatch starts a goroutine that runs the next batch of the key, unless that batch has only the caller's request.
// Then alone is true, and the caller must run the batch: waking up another goroutine would take longer than much of
// the work.
func (b *Batcher[Key, In, Out]) startBatch(key Key) (alone bool) {
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

// letOthersJoin lets other goroutines run that are ready, so that their requests join the batch. On an idle machine
// there are none, and it takes no time. On a busy machine, it makes batches larger and each request cheaper.
func letOthersJoin() { runtime.Gosched() }

// runAlone runs a batch of one request on its caller's goroutine, and lets another goroutine run the requests that
// arrived in the meantime. The batch goes on if ctx is canceled, but it keeps ctx's deadline.
func (b *Batcher[Key, In, Out]) runAlone(ctx context.Context, key Key, request In, arrived arrival) (Out, error) {
	defer b.runners.Done()
	defer b.continueElsewhere(key)

	deadline, _ := ctx.Deadline()

	answers, err := b.runInTime(context.WithoutCancel(ctx), deadline, key, []In{request}, arrived)
	if err != nil {
		var none Out

		return none, err
	}

	return answers[0], nil
}

// continueElsewhere starts a goroutine for the waiting requests of the key, if there are any.
func (b *Batcher[Key, In, Out]) continueElsewhere(key Key) {
	b.mu.Lock()
	defer b.mu.Unlock()

	if q := b.queues[key]; len(q.waiting) > 0 {
		b.runners.Go(func() { b.serve(key) })
	} else {
		b.removeRunner(key, q)
	}
}

// removeRunner decrements the number of the key's runners. A key without runners takes no memory.
func (b *Batcher[Key, In, Out]) removeRunner(key Key, q *queue[In, Out]) {
	if q.runners--; q.runners == 0 {
		delete(b.queues, key)
	}
}

// serve runs batches of the key until no request waits.
func (b *Batcher[Key, In, Out]) serve(key Key) {
	for {
		letOthersJoin()

		batch := b.next(key)
		if len(batch) == 0 {
			return
		}

		b.runBatch(key, batch)
	}
}

// next takes the requests of the next batch from the queue. If there are none, the runner must end.
func (b *Batcher[Key, In, Out]) next(key Key) []waiter[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()

	q := b.queues[key]

	if len(q.waiting) == 0 {
		b.removeRunner(key, q)

		return nil
	}

	n := min(len(q.waiting), b.limits.Batch)
	batch := q.waiting[:n:n]

	if q.waiting = q.waiting[n:]; len(q.waiting) == 0 {
		q.waiting = nil // Let the memory be freed with the batch.
	}

	return batch
}

// runBatch runs a batch and sends the answers.
func (b *Batcher[Key, In, Out]) runBatch(key Key, batch []waiter[In, Out]) {
	requests, arrivals := make([]In, len(batch)), make([]arrival, len(batch))

	// If each caller has a deadline, no caller waits after the last one.
	last := batch[0].deadline

	for i, w := range batch {
		requests[i], arrivals[i] = w.request, w.arrival

		if w.deadline.IsZero() || !last.IsZero() && w.deadline.After(last) {
			last = w.deadline
		}
	}

	answers, err := b.runInTime(context.Background(), last, key, requests, arrivals...)

	for i, w := range batch {
		if err != nil {
			w.done <- result[Out]{err: err}
		} else {
			w.done <- result[Out]{answer: answers[i]}
		}
	}
}

// runInTime calls run with a deadline. It returns a panic as an error; otherwise the panic would end the process.
func (b *Batcher[Key, In, Out]) runInTime(
	ctx context.Context, deadline time.Time, key Key, requests []In, arrivals ...arrival,
) (answers []Out, err error) {
	if timeout := time.Now().Add(b.limits.Timeout); deadline.IsZero() || timeout.Before(deadline) {
		deadline = timeout
	}

	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()

	ctx, ended := b.observe(ctx, arrivals)
	defer func() { ended(err) }()

	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a batch panicked: %v\n%s", p, debug.Stack())
		}
	}()

	return b.run(ctx, key, requests)
}

// Close refuses new requests with [ErrClosed], and waits until all others have their answers.
func (b *Batcher[Key, In, Out]) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.runners.Wait()
}
