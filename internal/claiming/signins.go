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
	// signInPrecision is how old a stored sign-in must be before it is worth a write.
	signInPrecision = time.Hour
	// maxSignIns bounds memory: sign-ins beyond it are not noted, which the next sign-in makes good.
	maxSignIns = 10_000
	// maxSignInBatch keeps a statement short.
	maxSignInBatch = 500
	signInTimeout  = 10 * time.Second
)

// signInRecorder stores when users signed in, behind the backs of the replies: it writes what has
// collected while its previous write ran.
type signInRecorder struct {
	store  *store.Store
	logger *slog.Logger

	mu      sync.Mutex
	pending map[licensing.ID]map[string]time.Time
	count   int
	closed  bool
	wake    chan struct{}
	done    chan struct{}
}

func newSignInRecorder(db *store.Store, logger *slog.Logger) *signInRecorder {
	r := &signInRecorder{
		store: db, logger: logger, pending: make(map[licensing.ID]map[string]time.Time),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	go r.serve()

	return r
}

// note remembers a sign-in to be stored, unless the stored one is recent enough. It never waits for
// the database.
func (r *signInRecorder) note(tenant licensing.ID, externalID string, user *licensing.User, at time.Time) {
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

func (r *signInRecorder) serve() {
	defer close(r.done)

	for range r.wake {
		r.write(r.take())
	}

	r.write(r.take())
}

func (r *signInRecorder) take() map[licensing.ID]map[string]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()

	taken := r.pending
	r.pending, r.count = make(map[licensing.ID]map[string]time.Time), 0

	return taken
}

func (r *signInRecorder) write(pending map[licensing.ID]map[string]time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()

	for tenant, times := range pending {
		signIns := make([]store.SignIn, 0, len(times))
		for externalID, at := range maps.All(times) {
			signIns = append(signIns, store.SignIn{ExternalID: externalID, At: at})
		}

		// Claims lock users in this order too.
		slices.SortFunc(signIns, func(a, b store.SignIn) int { return strings.Compare(a.ExternalID, b.ExternalID) })

		for chunk := range slices.Chunk(signIns, maxSignInBatch) {
			err := r.store.InTx(ctx, tenant, func(tx *store.Tx) error { return tx.RecordSignIns(ctx, chunk) })
			if err != nil {
				r.logger.Warn("sign-in times were not stored", "tenant", tenant, "users", len(chunk), "error", err)
			}
		}
	}
}

// close stores what is left.
func (r *signInRecorder) close() {
	r.mu.Lock()
	alreadyClosed := r.closed
	r.closed = true
	r.mu.Unlock()

	if !alreadyClosed {
		close(r.wake)
	}

	<-r.done
}
