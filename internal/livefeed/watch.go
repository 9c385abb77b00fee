package livefeed

import (
	"context"
	"errors"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ErrFellBehind means that a watch ended because its changes were not taken quickly enough.
var ErrFellBehind = errors.New("the watcher fell behind")

// ErrInterrupted means that a watch ended because changes may have been missed.
var ErrInterrupted = errors.New("live changes were interrupted")

// watchBuffer is how many changes may wait to be taken from a watch.
const watchBuffer = 64

// Watch receives the changes of one tenant. Close it when it is no longer needed. Only one goroutine may call Next;
// the other methods are safe for concurrent use.
type Watch struct {
	feed    *Feed
	tenant  licensing.ID
	changes chan Change
	ended   chan struct{}
	err     error
}

// Watch starts a watch. It receives every change of the tenant that is committed after Watch returned, by any process
// that shares the feed's transport. Watch waits until announcements can be received; it returns [ErrInterrupted] if
// the feed closes, and ctx's error if that ends first.
func (f *Feed) Watch(ctx context.Context, tenant licensing.ID) (*Watch, error) {
	w := &Watch{feed: f, tenant: tenant, changes: make(chan Change, watchBuffer), ended: make(chan struct{})}

	for {
		ready, ok := f.add(w)
		if ok {
			return w, nil
		}

		select {
		case <-ready:
		case <-f.ctx.Done():
			return nil, ErrInterrupted
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for live changes: %w", ctx.Err())
		}
	}
}

// add adds a watch. If the feed does not listen to its transport yet, it returns a channel that closes when it does.
func (f *Feed) add(w *Watch) (ready <-chan struct{}, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.ctx.Err() != nil {
		return nil, false
	}

	if f.transport != nil && f.ready == nil {
		f.ready = make(chan struct{})
		f.running.Go(f.listen)
	}

	if f.transport != nil && !f.listening {
		return f.ready, false
	}

	if f.watches[w.tenant] == nil {
		f.watches[w.tenant] = make(map[*Watch]struct{})
	}

	f.watches[w.tenant][w] = struct{}{}

	return nil, true
}

// Next waits for the next change. After changes were lost, it returns [ErrFellBehind] or [ErrInterrupted] without
// waiting. A caller that needs all changes then starts another watch and reads the data again. It returns ctx's error if that
// ends first.
func (w *Watch) Next(ctx context.Context) (Change, error) {
	select {
	case <-w.ended:
		return Change{}, w.err
	default:
	}

	select {
	case change := <-w.changes:
		return change, nil
	case <-w.ended:
		return Change{}, w.err
	case <-ctx.Done():
		return Change{}, fmt.Errorf("wait for a change: %w", ctx.Err())
	}
}

// Ended is closed when the watch ends; [Watch.Err] says why.
func (w *Watch) Ended() <-chan struct{} { return w.ended }

// Err is why the watch has ended: [ErrFellBehind], [ErrInterrupted], or nil after Close. Call it only after Ended
// is closed.
func (w *Watch) Err() error { return w.err }

// Close ends the watch. Calling it again does nothing.
func (w *Watch) Close() {
	w.feed.mu.Lock()
	defer w.feed.mu.Unlock()

	w.feed.end(w, nil)
}

// end removes a watch, if it is still there. The caller holds the feed's lock.
func (f *Feed) end(w *Watch, err error) {
	if _, there := f.watches[w.tenant][w]; !there {
		return
	}

	delete(f.watches[w.tenant], w)

	if len(f.watches[w.tenant]) == 0 {
		delete(f.watches, w.tenant)
	}

	w.err = err
	close(w.ended)
}
