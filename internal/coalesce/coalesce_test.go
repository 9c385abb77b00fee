package coalesce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	maxBatch   = 16
	maxWaiting = 64
)

type batcher = Batcher[int, string, string]

func newBatcher(run func(ctx context.Context, key int, requests []string) ([]string, error)) *batcher {
	return New(Limits{Batch: maxBatch, Waiting: maxWaiting, Parallel: 1, Timeout: time.Minute}, run)
}

// What other goroutines do is waited for; only a test that fails waits this long.
const (
	waitLimit = 10 * time.Second
	waitStep  = time.Millisecond
)

// gate is a database that answers a batch when the test says so, and all of them once it is closed.
type gate struct {
	// batches are the sizes of the batches that have begun.
	batches chan int
	release chan error
}

func newGate() gate { return gate{batches: make(chan int, 100), release: make(chan error)} }

func (g gate) run(_ context.Context, _ int, requests []string) ([]string, error) {
	g.batches <- len(requests)

	return slices.Clone(requests), <-g.release
}

// waitingFor says how many requests wait for the key's next batch.
func waitingFor(b *batcher, key int) int {
	b.mu.Lock()
	defer b.mu.Unlock()

	return len(b.queues[key].waiting)
}

func TestRequestsThatArriveDuringABatchFormTheNextOne(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)

	var callers sync.WaitGroup

	join := func(user string) {
		answer, err := b.Do(context.Background(), 0, user)
		assert.NoError(t, err)
		assert.Equal(t, user, answer, "each gets its own answer")
	}

	callers.Go(func() { join("first") })
	require.Equal(t, 1, <-db.batches, "the first does not wait for others")

	for i := range maxBatch + 10 {
		callers.Go(func() { join(fmt.Sprint(i)) })
	}

	require.Eventually(t, func() bool { return waitingFor(b, 0) == maxBatch+10 }, waitLimit, waitStep)

	close(db.release)
	callers.Wait()
	b.Close()
	assert.Equal(t, maxBatch, <-db.batches)
	assert.Equal(t, 10, <-db.batches)
	assert.Empty(t, b.queues, "a key without requests takes no memory")
}

func TestABatchThatFailsFailsItsOwnCallersOnly(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)
	failure := errors.New("the database is gone")
	answers := make(chan error, 2)

	go func() { _, err := b.Do(context.Background(), 0, "first"); answers <- err }()
	<-db.batches

	go func() { _, err := b.Do(context.Background(), 0, "second"); answers <- err }()

	require.Eventually(t, func() bool { return waitingFor(b, 0) == 1 }, waitLimit, waitStep)
	db.release <- failure
	require.ErrorIs(t, <-answers, failure)
	close(db.release)
	require.NoError(t, <-answers)
	b.Close()
}

func TestAPanicInABatchIsAnErrorOfItsCallers(t *testing.T) {
	t.Parallel()

	b := newBatcher(func(context.Context, int, []string) ([]string, error) { panic("bug") })
	_, err := b.Do(context.Background(), 0, "ann")
	require.ErrorContains(t, err, "bug")
	b.Close()
}

func TestRequestsBeyondTheQueueAreShedAtOnce(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)
	gone, cancel := context.WithCancel(context.Background())

	var callers sync.WaitGroup

	callers.Go(func() { _, _ = b.Do(context.Background(), 0, "first") })
	<-db.batches
	cancel()

	// Callers who leave stay in the queue, which is what a flood looks like.
	for i := range maxWaiting {
		_, err := b.Do(gone, 0, fmt.Sprint(i))
		require.ErrorIs(t, err, context.Canceled)
	}

	_, err := b.Do(context.Background(), 0, "one too many")
	require.ErrorIs(t, err, ErrOverloaded)

	const other = 1

	callers.Go(func() {
		_, err := b.Do(context.Background(), other, "another key")
		assert.NoError(t, err)
	})
	require.Equal(t, 1, <-db.batches, "another key's queue is another")

	close(db.release)
	callers.Wait()
	b.Close()

	_, err = b.Do(context.Background(), 0, "late")
	require.ErrorIs(t, err, ErrClosed)
}

func TestACallerWhoIsAloneHasItsDeadlineButIsNotInterrupted(t *testing.T) {
	t.Parallel()

	b := newBatcher(func(ctx context.Context, _ int, requests []string) ([]string, error) {
		if requests[0] == "patient" {
			return requests, ctx.Err()
		}

		<-ctx.Done()

		return nil, ctx.Err()
	})

	gone, cancel := context.WithCancel(context.Background())
	cancel()

	answer, err := b.Do(gone, 0, "patient")
	require.NoError(t, err, "who hangs up does not interrupt the database")
	assert.Equal(t, "patient", answer)

	hasty, cancel := context.WithTimeout(context.Background(), waitStep)
	defer cancel()

	_, err = b.Do(hasty, 0, "hasty")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	b.Close()
	assert.Empty(t, b.queues)
}

func TestWhoComesWhileALoneCallerIsServedIsServedByAnother(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)

	var callers sync.WaitGroup

	callers.Go(func() { _, _ = b.Do(context.Background(), 0, "first") })
	<-db.batches
	callers.Go(func() { _, _ = b.Do(context.Background(), 0, "second") })
	require.Eventually(t, func() bool { return waitingFor(b, 0) == 1 }, waitLimit, waitStep)

	db.release <- nil

	require.Equal(t, 1, <-db.batches, "the first has its answer, and the second is not forgotten")

	db.release <- nil

	callers.Wait()
	b.Close()
}

func TestABatchEndsWithTheLastOfItsCallersDeadlines(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name      string
		deadlines []time.Duration
		want      time.Duration
	}{
		{"the latest", []time.Duration{time.Second, 3 * time.Second, 2 * time.Second}, 3 * time.Second},
		{"the limit, if one has none", []time.Duration{time.Second, 0, 2 * time.Second}, time.Minute},
		{"the limit, if the first has none", []time.Duration{0, time.Second}, time.Minute},
		{"the limit, if they have more time", []time.Duration{time.Hour}, time.Minute},
	} {
		var left time.Duration

		b := newBatcher(func(ctx context.Context, _ int, requests []string) ([]string, error) {
			deadline, _ := ctx.Deadline()
			left = time.Until(deadline)

			return requests, nil
		})

		batch := make([]waiter[string, string], len(c.deadlines))
		for i, after := range c.deadlines {
			batch[i].done = make(chan result[string], 1)
			if after > 0 {
				batch[i].deadline = time.Now().Add(after)
			}
		}

		b.settle(0, batch)
		assert.InDelta(t, c.want.Seconds(), left.Seconds(), 0.9, c.name)
	}
}
