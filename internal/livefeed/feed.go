// Package livefeed sends the changes that transactions commit to the watches of their tenant: within one process,
// or, through a [Transport], in all processes that share a database.
//
// Changes are published after the commit, so that publishing does not slow down transactions. A change is lost if its
// process ends between commit and announcement. The feed is for keeping a display up to date, not for keeping records.
package livefeed

import (
	"context"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

const (
	// maxPendingClaims bounds the memory of changes while the transport does not accept announcements.
	maxPendingClaims = 10_000
	// announceInterval is the least time between two announcements of a process. The first one after an idle
	// period is not delayed.
	announceInterval = 20 * time.Millisecond
	announceTimeout  = 5 * time.Second
	// listenRetry is how long to wait before listening again after a failure.
	listenRetry = time.Second
)

// Transport carries announcements between processes.
type Transport interface {
	// Announce sends the texts to every process that listens, this one included, in this order.
	Announce(ctx context.Context, texts []string) error
	// Listen receives announcements until ctx ends, the connection is lost or receive returns an error, and returns
	// that error. It calls listening once, as soon as no later announcement can be missed, and then receive for
	// each announcement, one at a time.
	Listen(ctx context.Context, listening func(), receive func(text string) error) error
}

// Feed carries changes to watches. It is safe for concurrent use.
type Feed struct {
	// transport is nil where changes stay within the process.
	transport Transport

	ctx     context.Context // It ends when the feed closes.
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	watches map[licensing.ID]map[*Watch]struct{}
	// ready is closed while the feed listens to the transport; it is nil before the first watch.
	ready     chan struct{}
	listening bool
	pending   map[licensing.ID]*Change
	lost      map[licensing.ID]bool
	// announcing says that a goroutine is sending what is pending.
	announcing bool
}

// New returns a feed. Close it to end its goroutines. If transport is nil, changes reach the watches of this
// process only.
func New(transport Transport) *Feed {
	ctx, stop := context.WithCancel(context.Background())

	return &Feed{
		transport: transport, ctx: ctx, stop: stop,
		watches: make(map[licensing.ID]map[*Watch]struct{}),
		pending: make(map[licensing.ID]*Change), lost: make(map[licensing.ID]bool),
	}
}

// Close sends what is pending, ends all watches with [ErrInterrupted] and waits for the feed's goroutines.
func (f *Feed) Close() {
	f.stop()
	f.running.Wait()
	f.interrupt()
}

// Publish sends a committed change to the tenant's watches. It waits neither for the transport nor for watches: a
// watch that reads too slowly ends with [ErrFellBehind].
func (f *Feed) Publish(tenant licensing.ID, change Change) {
	if change.empty() {
		return
	}

	if f.transport == nil {
		f.deliver(tenant, change, false)

		return
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	pending, ok := f.pending[tenant]
	if !ok {
		pending = new(Change)
		f.pending[tenant] = pending
	}

	pending.merge(change)

	if pending.countClaims() > maxPendingClaims {
		f.pending[tenant], f.lost[tenant] = new(Change), true
	}

	if !f.announcing && f.ctx.Err() == nil {
		f.announcing = true

		f.running.Go(f.announce)
	}
}

// announce sends pending changes until none are left.
func (f *Feed) announce() {
	for {
		texts, tenants := f.takePending()
		if len(texts) == 0 {
			return
		}

		ctx, cancel := context.WithTimeout(context.WithoutCancel(f.ctx), announceTimeout)
		err := f.transport.Announce(ctx, texts)

		cancel()

		if err != nil {
			// Other processes miss these changes. In this process, the tenant's watches end, so that clients read again.
			for _, tenant := range tenants {
				f.deliver(tenant, Change{}, true)
			}
		}

		select {
		case <-time.After(announceInterval):
		case <-f.ctx.Done():
		}
	}
}

func (f *Feed) takePending() (texts []string, tenants []licensing.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()

	for tenant, change := range f.pending {
		texts = append(texts, encode(tenant, *change, f.lost[tenant])...)
		tenants = append(tenants, tenant)
	}

	clear(f.pending)
	clear(f.lost)

	if len(texts) == 0 {
		f.announcing = false
	}

	return texts, tenants
}

// listen receives announcements until the feed closes. After a failure changes may have been missed, so all watches
// end; new ones can start once the transport works again.
func (f *Feed) listen() {
	for f.ctx.Err() == nil {
		// The error is not logged: the watches end with an error that clients see, and the next attempt follows soon.
		_ = f.transport.Listen(f.ctx, f.setListening, f.receive)

		f.mu.Lock()
		if f.listening {
			f.listening = false
			f.ready = make(chan struct{})
		}
		f.mu.Unlock()
		f.interrupt()

		select {
		case <-time.After(listenRetry):
		case <-f.ctx.Done():
		}
	}
}

func (f *Feed) setListening() {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.listening = true
	close(f.ready)
}

func (f *Feed) receive(text string) error {
	tenant, change, lost, err := decode(text)
	if err != nil {
		return err
	}

	f.deliver(tenant, change, lost)

	return nil
}

// deliver hands a change to the tenant's watches in this process. A slow watch does not delay the others.
func (f *Feed) deliver(tenant licensing.ID, change Change, lost bool) {
	f.mu.Lock()
	defer f.mu.Unlock()

	for w := range f.watches[tenant] {
		if lost {
			f.end(w, ErrInterrupted)

			continue
		}

		select {
		case w.changes <- change:
		default:
			f.end(w, ErrFellBehind)
		}
	}
}

// interrupt ends all watches.
func (f *Feed) interrupt() {
	f.mu.Lock()
	defer f.mu.Unlock()

	for _, watches := range f.watches {
		for w := range watches {
			f.end(w, ErrInterrupted)
		}
	}
}
