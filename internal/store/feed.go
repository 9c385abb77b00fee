package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ErrFellBehind says that a watch was ended because its changes were not taken quickly enough.
var ErrFellBehind = errors.New("the watcher fell behind")

// ErrInterrupted says that a watch was ended because changes may have been missed.
var ErrInterrupted = errors.New("live changes were interrupted")

const (
	// watchBuffer is how many changes may wait for a watcher.
	watchBuffer = 64
	// announceEvery is the least time between two announcements of a process; there is no delay when idle.
	announceEvery = 20 * time.Millisecond
	// announceTimeout is for the database to take an announcement.
	announceTimeout = 5 * time.Second
	// listenRetry is how long to wait before connecting again.
	listenRetry = time.Second
	// feedChannel is the PostgreSQL channel of announcements.
	feedChannel = "autoclaim_changes"
)

// feed carries changes from transactions to watches: within the process, or, where the database is shared
// by several processes, through the database. Announcements follow the commit, so they slow no claim down;
// one that a dying process could not make any more is lost, so a feed is for showing, not for keeping.
type feed struct {
	db *Store
	// listenURL is empty where changes stay within the process.
	listenURL string

	ctx     context.Context // It ends when the store closes.
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	watches map[licensing.ID]map[*Watch]struct{}
	// listening is closed while the database's announcements are being heard; it is nil before the first watch.
	listening chan struct{}
	heard     bool
	pending   map[licensing.ID]*Change
	lost      map[licensing.ID]bool
	// announcing says that a goroutine is at it.
	announcing bool
}

func newFeed(db *Store, listenURL string) *feed {
	ctx, stop := context.WithCancel(context.Background())

	return &feed{
		db: db, listenURL: listenURL, ctx: ctx, stop: stop,
		watches: make(map[licensing.ID]map[*Watch]struct{}),
		pending: make(map[licensing.ID]*Change), lost: make(map[licensing.ID]bool),
	}
}

// close ends all watches and waits for the feed's goroutines.
func (f *feed) close() {
	f.stop()
	f.running.Wait()
	f.interrupt()
}

// Watch is a tenant's changes from some moment on. Close it when it is no longer needed.
type Watch struct {
	feed    *feed
	tenant  licensing.ID
	changes chan Change
	ended   chan struct{}
	err     error
}

// Watch follows the tenant's changes: every change that is committed after Watch returned is told, in any
// process that uses the database.
func (s *Store) Watch(ctx context.Context, tenant licensing.ID) (*Watch, error) {
	f := s.feed
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

// add begins a watch, unless nobody listens to the database yet: then it returns what to wait for.
func (f *feed) add(w *Watch) (ready <-chan struct{}, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.ctx.Err() != nil {
		return nil, false
	}

	if f.listenURL != "" && f.listening == nil {
		f.listening = make(chan struct{})
		f.running.Go(f.listen)
	}

	if f.listenURL != "" && !f.heard {
		return f.listening, false
	}

	if f.watches[w.tenant] == nil {
		f.watches[w.tenant] = make(map[*Watch]struct{})
	}

	f.watches[w.tenant][w] = struct{}{}

	return nil, true
}

// Next waits for the next change. It returns [ErrFellBehind] or [ErrInterrupted] at once when changes are
// lost: who needs all of them reads the data anew and watches again.
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

// Ended is closed when changes are lost; see [Watch.Next].
func (w *Watch) Ended() <-chan struct{} { return w.ended }

// Err is why the watch has ended; it must have.
func (w *Watch) Err() error { return w.err }

// Close ends the watch.
func (w *Watch) Close() {
	w.feed.mu.Lock()
	defer w.feed.mu.Unlock()

	w.feed.end(w, nil)
}

// end takes a watch out; the feed must be locked.
func (f *feed) end(w *Watch, err error) {
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

// deliver hands a change to the tenant's watches in this process. None of them can hold up the others.
func (f *feed) deliver(tenant licensing.ID, change Change, lost bool) {
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

func (f *feed) interrupt() {
	f.mu.Lock()
	defer f.mu.Unlock()

	for _, watches := range f.watches {
		for w := range watches {
			f.end(w, ErrInterrupted)
		}
	}
}

// publish tells what a transaction did, once it is committed. It does not wait.
func (f *feed) publish(tenant licensing.ID, change Change) {
	if change.empty() {
		return
	}

	if f.listenURL == "" {
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

// announce tells all processes what is pending until nothing is.
func (f *feed) announce() {
	for {
		texts, tenants := f.takePending()
		if len(texts) == 0 {
			return
		}

		ctx, cancel := context.WithTimeout(context.WithoutCancel(f.ctx), announceTimeout)
		err := f.db.dialect.announce(f.db.write.WithContext(ctx), feedChannel, texts)

		cancel()

		if err != nil {
			// The others learn no more of it, but here nobody is left with a picture that isn't so.
			for _, tenant := range tenants {
				f.deliver(tenant, Change{}, true)
			}
		}

		select {
		case <-time.After(announceEvery):
		case <-f.ctx.Done():
		}
	}
}

func (f *feed) takePending() (texts []string, tenants []licensing.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()

	for tenant, change := range f.pending {
		texts = append(texts, announcements(tenant, *change, f.lost[tenant])...)
		tenants = append(tenants, tenant)
	}

	clear(f.pending)
	clear(f.lost)

	if len(texts) == 0 {
		f.announcing = false
	}

	return texts, tenants
}

// listen hears announcements until the store closes. While the database is away, changes may be missed:
// all watches end, and new ones begin when it is back.
func (f *feed) listen() {
	for f.ctx.Err() == nil {
		_ = f.hear() // The watches are told; the next attempt says whether it lasts.

		f.mu.Lock()
		if f.heard {
			f.heard = false
			f.listening = make(chan struct{})
		}
		f.mu.Unlock()
		f.interrupt()

		select {
		case <-time.After(listenRetry):
		case <-f.ctx.Done():
		}
	}
}

func (f *feed) hear() error {
	connection, err := pgx.Connect(f.ctx, f.listenURL)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}

	defer func() { _ = connection.Close(context.WithoutCancel(f.ctx)) }() // It is of no more use.

	if _, err := connection.Exec(f.ctx, "LISTEN "+feedChannel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}

	f.mu.Lock()
	f.heard = true
	close(f.listening)
	f.mu.Unlock()

	for {
		notification, err := connection.WaitForNotification(f.ctx)
		if err != nil {
			return fmt.Errorf("wait for announcements: %w", err)
		}

		tenant, change, lost, err := heard(notification.Payload)
		if err != nil {
			return err
		}

		f.deliver(tenant, change, lost)
	}
}
