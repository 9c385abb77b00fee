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

// waitLimit is how long a test waits for other goroutines before it fails.
const (
	waitLimit = 10 * time.Second
	waitStep  = time.Millisecond
)

// gate stands for a database. It answers one batch for each value sent to release, and all of them once release is
// closed.
type gate struct {
	// batches receives the size of each batch when it starts.
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
		assert.Equal(t, user, answer, "each caller gets its own answer")
	}

	callers.Go(func() { join("first") })
	require.Equal(t, 1, <-db.batches, "the first request does not wait for others")

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

func TestAFailedBatchFailsOnlyItsOwnCallers(t *testing.T) {
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

func TestAPanicInABatchIsAnErrorForItsCallers(t *testing.T) {
	t.Parallel()

	b := newBatcher(func(context.Context, int, []string) ([]string, error) { panic("bug") })
	_, err := b.Do(context.Background(), 0, "ann")
	require.ErrorContains(t, err, "bug")
	b.Close()
}

func TestRequestsAreRefusedAtOnceWhenTheQueueIsFull(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)
	gone, cancel := context.WithCancel(context.Background())

	var callers sync.WaitGroup

	callers.Go(func() { _, _ = b.Do(context.Background(), 0, "first") })
	<-db.batches
	cancel()

	// Requests stay in the queue when their callers have given up.
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
	require.Equal(t, 1, <-db.batches, "each key has a queue of its own")

	close(db.release)
	callers.Wait()
	b.Close()

	_, err = b.Do(context.Background(), 0, "late")
	require.ErrorIs(t, err, ErrClosed)
}

func TestABatchOfOneKeepsTheDeadlineButIgnoresCancellation(t *testing.T) {
	t.Parallel()

	b := newBatcher(func(ctx context.Context, _ int, requests []string) ([]string, error) {
		if requests[0] == "canceled" {
			return requests, ctx.Err()
		}

		<-ctx.Done()

		return nil, ctx.Err()
	})

	gone, cancel := context.WithCancel(context.Background())
	cancel()

	answer, err := b.Do(gone, 0, "canceled")
	require.NoError(t, err, "cancellation does not interrupt the database")
	assert.Equal(t, "canceled", answer)

	short, cancel := context.WithTimeout(context.Background(), waitStep)
	defer cancel()

	_, err = b.Do(short, 0, "short deadline")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	b.Close()
	assert.Empty(t, b.queues)
}

func TestRequestsThatArriveDuringABatchOfOneAreServed(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)

	var callers sync.WaitGroup

	callers.Go(func() { _, _ = b.Do(context.Background(), 0, "first") })
	<-db.batches
	callers.Go(func() { _, _ = b.Do(context.Background(), 0, "second") })
	require.Eventually(t, func() bool { return waitingFor(b, 0) == 1 }, waitLimit, waitStep)

	db.release <- nil

	require.Equal(t, 1, <-db.batches, "the second request runs after the first")

	db.release <- nil

	callers.Wait()
	b.Close()
}

func TestABatchEndsAtTheLastDeadlineOfItsCallers(t *testing.T) {
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
		var deadline time.Time

		b := newBatcher(func(ctx context.Context, _ int, requests []string) ([]string, error) {
			deadline, _ = ctx.Deadline()

			return requests, nil
		})

		began := time.Now()
		batch := make([]waiter[string, string], len(c.deadlines))
		for i, after := range c.deadlines {
			batch[i].done = make(chan result[string], 1)
			if after > 0 {
				batch[i].deadline = began.Add(after)
			}
		}

		b.runBatch(0, batch)
		// The limit counts from when the batch starts, the callers' deadlines from began.
		assert.WithinRange(t, deadline, began.Add(c.want), time.Now().Add(c.want), c.name)
	}
}
