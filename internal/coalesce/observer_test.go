package coalesce

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seen is what an observer saw of one batch.
type seen struct {
	callers []any
	waited  int
	err     error
}

type (
	callerKey  struct{}
	runningKey struct{}
)

func TestAnObserverSeesEachBatchWithItsCallersAndItsEnd(t *testing.T) {
	t.Parallel()

	db := newGate()
	b := newBatcher(func(ctx context.Context, key int, requests []string) ([]string, error) {
		assert.Equal(t, true, ctx.Value(runningKey{}), "the batch runs in the observer's context")

		return db.run(ctx, key, requests)
	})

	var (
		mu      sync.Mutex
		batches []seen
	)

	b.Observe(func(ctx context.Context, batch Batch) (context.Context, func(error)) {
		var now seen
		for i, caller := range batch.Callers {
			now.callers = append(now.callers, caller.Value(callerKey{}))

			if batch.Waited[i] >= 0 {
				now.waited++
			}
		}

		return context.WithValue(ctx, runningKey{}, true), func(err error) {
			now.err = err

			mu.Lock()
			defer mu.Unlock()

			batches = append(batches, now)
		}
	})

	var callers sync.WaitGroup

	send := func(name string) {
		callers.Go(func() { _, _ = b.Do(context.WithValue(context.Background(), callerKey{}, name), 1, name) })
	}

	send("first")
	require.Equal(t, 1, <-db.batches)
	send("second")
	require.Eventually(t, func() bool { return waitingFor(b, 1) == 1 }, waitLimit, waitStep)
	send("third")
	require.Eventually(t, func() bool { return waitingFor(b, 1) == 2 }, waitLimit, waitStep)

	broken := errors.New("the database is down")
	db.release <- broken

	require.Equal(t, 2, <-db.batches)
	close(db.release)
	callers.Wait()
	b.Close()

	require.Equal(t, []seen{
		{callers: []any{"first"}, waited: 1, err: broken},
		{callers: []any{"second", "third"}, waited: 2},
	}, batches)
}
