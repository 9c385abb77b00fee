package claiming

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

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

func (g gate) run(_ context.Context, _ batchKey, externalIDs []string) ([]licensing.Decision, error) {
	g.batches <- len(externalIDs)

	return make([]licensing.Decision, len(externalIDs)), <-g.release
}

// waitingFor says how many claims wait for the key's next batch.
func (b *batcher) waitingFor(key batchKey) int {
	b.mu.Lock()
	defer b.mu.Unlock()

	return len(b.waiting[key])
}

func TestClaimsThatArriveDuringABatchFormTheNextOne(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)

	var callers sync.WaitGroup

	join := func(user string) {
		_, err := b.join(context.Background(), batchKey{}, user)
		assert.NoError(t, err)
	}

	callers.Go(func() { join("first") })
	require.Equal(t, 1, <-db.batches, "the first does not wait for others")

	for i := range maxBatch + 10 {
		callers.Go(func() { join(fmt.Sprint(i)) })
	}

	require.Eventually(t, func() bool { return b.waitingFor(batchKey{}) == maxBatch+10 }, waitLimit, waitStep)

	close(db.release)
	callers.Wait()
	b.close()
	assert.Equal(t, maxBatch, <-db.batches)
	assert.Equal(t, 10, <-db.batches)
	assert.Empty(t, b.waiting, "a key without claims takes no memory")
}

func TestABatchThatFailsFailsItsOwnCallersOnly(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)
	failure := errors.New("the database is gone")
	answers := make(chan error, 2)

	go func() { _, err := b.join(context.Background(), batchKey{}, "first"); answers <- err }()
	<-db.batches

	go func() { _, err := b.join(context.Background(), batchKey{}, "second"); answers <- err }()

	require.Eventually(t, func() bool { return b.waitingFor(batchKey{}) == 1 }, waitLimit, waitStep)
	db.release <- failure
	require.ErrorIs(t, <-answers, failure)
	close(db.release)
	require.NoError(t, <-answers)
	b.close()
}

func TestAPanicInABatchIsAnErrorOfItsCallers(t *testing.T) {
	t.Parallel()

	b := newBatcher(func(context.Context, batchKey, []string) ([]licensing.Decision, error) { panic("bug") })
	_, err := b.join(context.Background(), batchKey{}, "ann")
	require.ErrorContains(t, err, "bug")
	b.close()
}

func TestClaimsBeyondTheQueueAreShedAtOnce(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(db.run)
	gone, cancel := context.WithCancel(context.Background())

	var callers sync.WaitGroup

	callers.Go(func() { _, _ = b.join(context.Background(), batchKey{}, "first") })
	<-db.batches
	cancel()

	// Callers who leave stay in the queue, which is what a flood looks like.
	for i := range maxWaiting {
		_, err := b.join(gone, batchKey{}, fmt.Sprint(i))
		require.ErrorIs(t, err, context.Canceled)
	}

	_, err := b.join(context.Background(), batchKey{}, "one too many")
	require.ErrorIs(t, err, ErrOverloaded)

	other := batchKey{policy: licensing.ID{1}}

	callers.Go(func() {
		_, err := b.join(context.Background(), other, "another policy")
		assert.NoError(t, err)
	})
	require.Equal(t, 1, <-db.batches, "another policy's queue is another")

	close(db.release)
	callers.Wait()
	b.close()

	_, err = b.join(context.Background(), batchKey{}, "late")
	require.ErrorIs(t, err, ErrClosed)
}
