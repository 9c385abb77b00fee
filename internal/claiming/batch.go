package claiming

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

const (
	// maxBatch bounds how long a batch holds the locks of its pools.
	maxBatch = 256
	// maxWaiting bounds the memory that waiting claims take: 4,096 claims for one policy.
	maxWaiting = 4096
	// batchTimeout ends a batch that the database keeps waiting.
	batchTimeout = 10 * time.Second
)

// batchKey is what the claims of a batch have in common.
type batchKey struct {
	tenant, policy, app licensing.ID
}

// waiter is a claim that waits for its batch.
type waiter struct {
	externalID string
	done       chan<- result
}

type result struct {
	decision licensing.Decision
	err      error
}

// batcher runs at most one batch for each key at a time. Claims that arrive meanwhile form the next:
// no claim waits for a timer, and batches grow by themselves under load.
type batcher struct {
	run func(ctx context.Context, key batchKey, externalIDs []string) ([]licensing.Decision, error)

	mu      sync.Mutex
	closed  bool
	waiting map[batchKey][]waiter
	// runners are the goroutines that run batches, one for each key that has claims.
	runners sync.WaitGroup
}

func newBatcher(
	run func(ctx context.Context, key batchKey, externalIDs []string) ([]licensing.Decision, error),
) *batcher {
	return &batcher{run: run, waiting: make(map[batchKey][]waiter)}
}

// join waits for the decision about the user. A caller whose ctx ends leaves its batch undisturbed.
func (b *batcher) join(ctx context.Context, key batchKey, externalID string) (licensing.Decision, error) {
	// The runner must never wait for a caller that is gone, so there is room for its answer.
	done := make(chan result, 1)
	if err := b.enqueue(key, waiter{externalID: externalID, done: done}); err != nil {
		return licensing.Decision{}, err
	}

	select {
	case r := <-done:
		return r.decision, r.err
	case <-ctx.Done():
		return licensing.Decision{}, ctx.Err()
	}
}

func (b *batcher) enqueue(key batchKey, w waiter) error {
	b.mu.Lock()
	defer b.mu.Unlock()

	queue, running := b.waiting[key]

	switch {
	case b.closed:
		return ErrClosed
	case len(queue) == maxWaiting:
		return ErrOverloaded
	}

	b.waiting[key] = append(queue, w)

	if !running {
		b.runners.Go(func() { b.serve(key) })
	}

	return nil
}

// serve runs batches of the key until nothing waits for it.
func (b *batcher) serve(key batchKey) {
	for {
		batch := b.next(key)
		if len(batch) == 0 {
			return
		}

		b.settle(key, batch)
	}
}

// next takes the claims of the next batch. If there are none, the key's runner must end.
func (b *batcher) next(key batchKey) []waiter {
	b.mu.Lock()
	defer b.mu.Unlock()

	queue := b.waiting[key]
	if len(queue) == 0 {
		delete(b.waiting, key)

		return nil
	}

	n := min(len(queue), maxBatch)
	b.waiting[key] = queue[n:]

	return queue[:n]
}

func (b *batcher) settle(key batchKey, batch []waiter) {
	externalIDs := make([]string, len(batch))
	for i, w := range batch {
		externalIDs[i] = w.externalID
	}

	// The batch is nobody's own: no caller's end may take the others' licenses away.
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()

	decisions, err := b.runSafely(ctx, key, externalIDs)

	for i, w := range batch {
		if err != nil {
			w.done <- result{err: err}
		} else {
			w.done <- result{decision: decisions[i]}
		}
	}
}

// runSafely makes an error of a panic, which would otherwise end the server and leave the callers waiting.
func (b *batcher) runSafely(
	ctx context.Context, key batchKey, externalIDs []string,
) (decisions []licensing.Decision, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("claim batch panicked: %v\n%s", p, debug.Stack()) // Not to be told apart.
		}
	}()

	return b.run(ctx, key, externalIDs)
}

// close turns new claims away and waits until those that wait have their answers.
func (b *batcher) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()

	b.runners.Wait()
}
