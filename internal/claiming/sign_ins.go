package claiming

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
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

// signInRecorder stores when users signed in, and by which name and email, asynchronously, after the reply. Each write
// stores what was noted while the previous write ran.
type signInRecorder struct {
	store  *store.Store
	logger *slog.Logger

	mu      sync.Mutex
	pending map[licensing.ID]map[string]store.SignIn
	count   int
	closed  bool
	wake    chan struct{}
	done    chan struct{}
}

func newSignInRecorder(db *store.Store, logger *slog.Logger) *signInRecorder {
	r := &signInRecorder{
		store: db, logger: logger, pending: make(map[licensing.ID]map[string]store.SignIn),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	go r.serve()

	return r
}

// note queues a sign-in for storing, unless the stored time is recent enough and the name and the email are stored. user is
// what is stored; nil if the tenant does not know the user. note never waits for the database.
func (r *signInRecorder) note(tenant licensing.ID, person licensing.Person, user *licensing.User, at time.Time) {
	signIn := store.SignIn{Person: person, At: licensing.Instant(at)}

	switch {
	case user == nil:
		signIn.Person = person.Presentable()
	case renames(person, *user):
		signIn.Person = person.Presentable()
		signIn.ExternalID = user.ExternalID
	case user.LastSignInAt != nil && at.Sub(*user.LastSignInAt) < signInPrecision:
		return
	default:
		signIn.Person, signIn.OnlyTime = licensing.Person{ExternalID: user.ExternalID}, true
	}

	r.add(tenant, signIn)
}

// renames says whether a sign-in says another name or email than the stored one.
func renames(person licensing.Person, user licensing.User) bool {
	// Nearly all sign-ins say what is stored, or nothing.
	if (person.DisplayName == "" || person.DisplayName == user.DisplayName) && (person.Email == "" || person.Email == user.Email) {
		return false
	}

	named := user.NamedAs(person.Presentable())

	return named.DisplayName != user.DisplayName || named.Email != user.Email
}

func (r *signInRecorder) add(tenant licensing.ID, signIn store.SignIn) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.closed || r.count == maxSignIns {
		return
	}

	if r.pending[tenant] == nil {
		r.pending[tenant] = make(map[string]store.SignIn)
	}

	if earlier, again := r.pending[tenant][signIn.ExternalID]; again {
		signIn.DisplayName = cmp.Or(signIn.DisplayName, earlier.DisplayName)
		signIn.Email = cmp.Or(signIn.Email, earlier.Email)
		signIn.OnlyTime = signIn.OnlyTime && earlier.OnlyTime
	} else {
		r.count++
	}

	r.pending[tenant][signIn.ExternalID] = signIn

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

func (r *signInRecorder) take() map[licensing.ID]map[string]store.SignIn {
	r.mu.Lock()
	defer r.mu.Unlock()

	taken := r.pending
	r.pending, r.count = make(map[licensing.ID]map[string]store.SignIn), 0

	return taken
}

func (r *signInRecorder) write(pending map[licensing.ID]map[string]store.SignIn) {
	ctx, cancel := context.WithTimeout(context.Background(), signInTimeout)
	defer cancel()

	for tenant, signIns := range pending {
		for chunk := range slices.Chunk(slices.Collect(maps.Values(signIns)), maxSignInBatch) {
			err := r.store.SaveSignIns(ctx, tenant, chunk)
			if err != nil {
				r.logger.Warn("sign-ins were not stored", "tenant", tenant, "users", len(chunk), "error", err)
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
