package claiming

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// signInPrecision is the age that a stored time must have before a newer one replaces it.
	signInPrecision = time.Hour
	// maxSignIns bounds memory. Sign-ins above it are dropped; the next sign-in of the user is noted instead.
	maxSignIns = 10_000
	// maxSignInBatch is the largest number of users in one statement.
	maxSignInBatch = 500
	signInTimeout  = 10 * time.Second
)

// signInTimeRecorder stores when users signed in, asynchronously, after the reply. Each write stores what was
// noted while the previous write ran.
type signInTimeRecorder struct {
	store  *store.Store
	logger *slog.Logger

	mu      sync.Mutex
	pending map[licensing.ID]map[string]time.Time
	count   int
	closed  bool
	wake    chan struct{}
	done    chan struct{}
}

func newSignInTimeRecorder(db *store.Store, logger *slog.Logger) *signInTimeRecorder {
	r := &signInTimeRecorder{
		store: db, logger: logger, pending: make(map[licensing.ID]map[string]time.Time),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	go r.serve()

	return r
}

// note queues the time of a sign-in for storing, unless the stored time is recent enough. It never waits for the
// database.
func (r *signInTimeRecorder) note(tenant licensing.ID, externalID string, user *licensing.User, at time.Time) {
	if user != nil && user.LastSignInAt != nil && at.Sub(*user.LastSignInAt) < signInPrecision {
		return
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	if r.closed || r.count == maxSignIns {
		return
	}

	if r.pending[tenant] == nil {
		r.pending[tenant] = make(map[string]time.Time)
	}

	if _, again := r.pending[tenant][externalID]; !again {
		r.count++
	}

	r.pending[tenant][externalID] = licensing.Instant(at)

	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *signInTimeRecorder) serve() {
	defer close(r.done)

	for range r.wake {
		r.write(r.take())
	}

	r.write(r.take())
}

func (r *signInTimeRecorder) take() map[licensing.ID]map[string]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()

	taken := r.pending
	r.pending, r.count = make(map[licensing.ID]map[string]time.Time), 0

	return taken
}

func (r *signInTimeRecorder) write(pending map[licensing.ID]map[string]time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()

	for tenant, times := range pending {
		batch := make([]store.SignInTime, 0, len(times))
		for externalID, at := range maps.All(times) {
			batch = append(batch, store.SignInTime{ExternalID: externalID, At: at})
		}

		// Claims lock users in this order too.
		slices.SortFunc(batch, func(a, b store.SignInTime) int { return strings.Compare(a.ExternalID, b.ExternalID) })

		for chunk := range slices.Chunk(batch, maxSignInBatch) {
			err := r.store.SaveSignInTimes(ctx, tenant, chunk)
			if err != nil {
				r.logger.Warn("sign-in times were not stored", "tenant", tenant, "users", len(chunk), "error", err)
			}
		}
	}
}

// close stores what is left.
func (r *signInTimeRecorder) close() {
	r.mu.Lock()
	alreadyClosed := r.closed
	r.closed = true
	r.mu.Unlock()

	if !alreadyClosed {
		close(r.wake)
	}

	<-r.done
}
