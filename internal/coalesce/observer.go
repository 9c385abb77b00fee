package coalesce

import (
	"context"
	"time"
)

// Batch describes a batch to an observer.
type Batch struct {
	// Callers are the contexts of the batch's requests. Waited is how long each request waited, in the same order.
	Callers []context.Context
	Waited  []time.Duration
}

// Observer is called before each batch runs. It returns the context to run the batch in, derived from ctx, and a
// function that is called when the batch has run, with its error.
type Observer func(ctx context.Context, batch Batch) (running context.Context, ended func(err error))

// Observe sets the observer. Call it before the first request.
func (b *Batcher[Key, In, Out]) Observe(observer Observer) { b.observer = observer }

// arrival is when a request arrived, and its caller's context. It is empty without an observer.
type arrival struct {
	caller context.Context // For the observer only.
	at     time.Time
}

func (b *Batcher[Key, In, Out]) arrivalOf(caller context.Context) arrival {
	if b.observer == nil {
		return arrival{}
	}

	return arrival{caller: caller, at: time.Now()}
}

// observe calls the observer, if there is one.
func (b *Batcher[Key, In, Out]) observe(
	ctx context.Context, arrivals []arrival,
) (running context.Context, ended func(err error)) {
	if b.observer == nil {
		return ctx, func(error) {}
	}

	now := time.Now()
	batch := Batch{
		Callers: make([]context.Context, 0, len(arrivals)), Waited: make([]time.Duration, 0, len(arrivals)),
	}

	for _, a := range arrivals {
		batch.Callers = append(batch.Callers, a.caller)
		batch.Waited = append(batch.Waited, now.Sub(a.at))
	}

	return b.observer(ctx, batch)
}
