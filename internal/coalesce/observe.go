package coalesce

import (
	"context"
	"time"
)

// Batch is what an observer learns of a batch.
type Batch struct {
	// Callers are the contexts of its requests, and Waited is how long each of them waited, in the same order.
	Callers []context.Context
	Waited  []time.Duration
}

// Observer is told of each batch before it runs. It returns the context to run it in, made from the given
// one, and a function to call when it has run; its error is nil if all requests were answered.
type Observer func(ctx context.Context, batch Batch) (running context.Context, ended func(err error))

// Observe makes the observer see all batches. Call it before the first request.
func (b *Batcher[Key, In, Out]) Observe(observer Observer) { b.observer = observer }

// arrival is who sent a request and when; empty unless somebody observes.
type arrival struct {
	caller context.Context // It is told to the observer, not used.
	at     time.Time
}

func (b *Batcher[Key, In, Out]) arrivalOf(caller context.Context) arrival {
	if b.observer == nil {
		return arrival{}
	}

	return arrival{caller: caller, at: time.Now()}
}

// begin tells the observer of a batch.
func (b *Batcher[Key, In, Out]) begin(
	ctx context.Context, came []arrival,
) (running context.Context, ended func(err error)) {
	if b.observer == nil {
		return ctx, func(error) {}
	}

	now := time.Now()
	batch := Batch{
		Callers: make([]context.Context, 0, len(came)), Waited: make([]time.Duration, 0, len(came)),
	}

	for _, a := range came {
		batch.Callers = append(batch.Callers, a.caller)
		batch.Waited = append(batch.Waited, now.Sub(a.at))
	}

	return b.observer(ctx, batch)
}
