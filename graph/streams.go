package graph

import (
	"context"
	"time"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

// stream sends the events that read returns for each change of the caller's tenant, until the client disconnects, its
// token expires, it reads too slowly, or the server shuts down. All of these but the first end the stream with an
// error.
func stream[T any](
	ctx context.Context, r *Resolver, read func(context.Context, livefeed.Change) ([]T, error),
) (<-chan T, error) {
	caller := scopeFrom(ctx).caller

	left := caller.ExpiresAt.Sub(r.Now())
	if left <= 0 {
		return nil, errTokenExpired()
	}

	leave, err := r.Streams.Enter(caller)
	if err != nil {
		return nil, err
	}

	watch, err := r.Watch(ctx, caller.TenantID)
	if err != nil {
		leave()

		return nil, err
	}

	events := make(chan T)

	go func() { // Streams.Close waits for leave.
		defer leave()
		defer watch.Close()
		defer close(events)

		expired := time.NewTimer(left)
		defer expired.Stop()

		source := streamSource{watch: watch, expired: expired.C, closing: r.Streams.Closing(), closedError: r.Streams.ClosedError}
		streamEndFrom(ctx).set(sendEvents(ctx, source, read, events))
	}()

	return events, nil
}

// streamSource is where the changes of a stream come from, and what ends it.
type streamSource struct {
	watch       *livefeed.Watch
	expired     <-chan time.Time
	closing     <-chan struct{}
	closedError func() error
}

// sendEvents sends events until the stream must end. It returns the error to send to the client, or nil if the
// client has disconnected.
func sendEvents[T any](
	ctx context.Context, source streamSource, read func(context.Context, livefeed.Change) ([]T, error), events chan<- T,
) error {
	// interrupted ends what the loop below waits for.
	interrupted, interrupt := context.WithCancelCause(ctx)

	done := make(chan struct{})
	defer func() { <-done }()
	defer interrupt(nil)

	go func() {
		defer close(done)

		select {
		case <-source.expired:
			interrupt(errTokenExpired())
		case <-source.closing:
			interrupt(source.closedError())
		case <-source.watch.Ended():
			interrupt(source.watch.Err())
		case <-interrupted.Done():
		}
	}()

	for {
		change, err := source.watch.Next(interrupted)
		if err != nil {
			return endOfStream(ctx, interrupted, err)
		}

		batch, err := read(interrupted, change)
		if err != nil {
			return endOfStream(ctx, interrupted, err)
		}

		for _, event := range batch {
			select {
			case events <- event:
			case <-interrupted.Done():
				return endOfStream(ctx, interrupted, interrupted.Err())
			}
		}
	}
}

// endOfStream returns why a stream ends: nil if the client disconnected, or the cause of the interruption, or else
// the error that ended the loop.
func endOfStream(client, interrupted context.Context, err error) error {
	switch {
	case client.Err() != nil:
		return nil //nolint:nilerr // There is no client to send it to.
	case interrupted.Err() != nil:
		return context.Cause(interrupted)
	default:
		return err
	}
}

func errTokenExpired() error {
	return apierror.New(apierror.CodeUnauthenticated, "The token has expired. Subscribe again with a new one.")
}
