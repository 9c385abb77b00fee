package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	// keysInterval and keysBurst limit how often the issuer's keys are fetched. Every token with an unknown key id
	// leads to a fetch, and anybody can send such tokens.
	keysInterval = 5 * time.Second
	keysBurst    = 5
	// keysDue is the age at which keys are fetched again while requests go on with the old ones. A tenth of it is added
	// or subtracted at random, so that servers that started together do not fetch together.
	keysDue = 5 * time.Minute
	// keysStale is the time after the last fetch, successful or not, at which requests wait for another one. So a key
	// that was withdrawn ends within this time, also on a server that was idle.
	keysStale = 10 * time.Minute
	// keysRetry is the time until the next fetch after one has failed.
	keysRetry = 30 * time.Second
	// keysMaxAge is how long keys are used while the issuer does not respond. After it, all tokens are refused, because a
	// key may have been withdrawn.
	keysMaxAge = time.Hour
	// keysLogInterval is how often a failure to fetch is logged.
	keysLogInterval = time.Minute
)

// keySource is where a verifier gets its keys.
type keySource interface {
	// current returns the keys to use. It returns ErrKeysUnavailable if there are none.
	current(ctx context.Context) (*keySet, error)
	// newer returns keys after trying to fetch them again, because a token was signed with none of the current ones. It
	// returns ErrKeysUnavailable if they could not be fetched.
	newer(ctx context.Context) (*keySet, error)
	// close ends fetches that are in progress and waits for them.
	close()
}

// fixedKeys are keys that never change.
type fixedKeys struct{ set *keySet }

func (f fixedKeys) current(context.Context) (*keySet, error) { return f.set, nil }
func (f fixedKeys) newer(context.Context) (*keySet, error)   { return f.set, nil }
func (f fixedKeys) close()                                   {}

// fetchedKeys are the result of the last fetch.
type fetchedKeys struct {
	// set is the keys of the last fetch that succeeded, at the time of at; nil if none has.
	set *keySet
	at  time.Time
	// tried is when the last fetch ended, err its error, and due the time of the next one.
	tried, due time.Time
	err        error
}

// usable says whether there are keys that are not too old.
func (f *fetchedKeys) usable(now time.Time) bool { return f.set != nil && now.Sub(f.at) < keysMaxAge }

// issuerKeys are an issuer's keys. They are fetched again at use when they are due. It is safe for concurrent use.
type issuerKeys struct {
	fetch  func(ctx context.Context) (*keySet, error)
	now    func() time.Time
	logger *slog.Logger
	last   atomic.Pointer[fetchedKeys]

	mu      sync.Mutex
	limiter *rate.Limiter
	running chan struct{} // Closed when the running fetch ends; nil if none runs.
	logged  time.Time
	quiet   int // The failures since logged that were not logged.

	//nolint:containedctx // Fetches outlive the requests that cause them, and end with close.
	ctx     context.Context
	cancel  context.CancelFunc
	fetches sync.WaitGroup
}

func newIssuerKeys(
	ctx context.Context, fetch func(ctx context.Context) (*keySet, error), now func() time.Time, logger *slog.Logger,
) *issuerKeys {
	k := &issuerKeys{fetch: fetch, now: now, logger: logger, limiter: rate.NewLimiter(rate.Every(keysInterval), keysBurst)}
	k.ctx, k.cancel = context.WithCancel(ctx)
	k.last.Store(&fetchedKeys{err: errors.New("no fetch has finished")})

	return k
}

func (k *issuerKeys) current(ctx context.Context) (*keySet, error) {
	now, last := k.now(), k.last.Load()

	if now.Before(last.due) && last.usable(now) {
		return last.set, nil
	}

	if done := k.begin(); done != nil && (!last.usable(now) || now.Sub(last.tried) >= keysStale) {
		select {
		case <-done:
		case <-ctx.Done():
			return nil, unavailable(ctx.Err())
		}

		last = k.last.Load()
	}

	if !last.usable(k.now()) {
		return nil, unavailable(last.err)
	}

	return last.set, nil
}

func (k *issuerKeys) newer(ctx context.Context) (*keySet, error) {
	if done := k.begin(); done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			return nil, unavailable(ctx.Err())
		}
	}

	last := k.last.Load()
	if last.err != nil {
		return nil, unavailable(last.err)
	}

	return last.set, nil
}

func (k *issuerKeys) close() {
	k.mu.Lock()
	k.cancel()
	k.mu.Unlock()
	k.fetches.Wait()
}

// begin starts a fetch, unless one is running already. It returns a channel that is closed when the fetch ends, or nil
// if the rate limit allows no fetch now.
func (k *issuerKeys) begin() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()

	if k.running != nil {
		return k.running
	}

	if k.ctx.Err() != nil || !k.limiter.AllowN(k.now(), 1) {
		return nil
	}

	done := make(chan struct{})
	k.running = done

	k.fetches.Go(func() {
		k.refresh()

		k.mu.Lock()
		k.running = nil
		k.mu.Unlock()
		close(done)
	})

	return done
}

// refresh fetches the keys and stores them.
func (k *issuerKeys) refresh() {
	ctx, cancel := context.WithTimeout(k.ctx, issuerTimeout)
	defer cancel()

	set, err := k.fetch(ctx)
	last, now := *k.last.Load(), k.now()
	before := last.err
	last.tried, last.err = now, err

	if err != nil {
		last.due = now.Add(keysRetry)
		k.last.Store(&last)
		k.logFailure(&last)

		return
	}

	set.generation = 1
	if last.set != nil {
		if before != nil {
			k.logger.Info("the issuer's keys can be fetched again")
		}

		set.generation = last.set.generation
		if set.fingerprint != last.set.fingerprint {
			set.generation++
		}
	}

	if set.skipped > 0 && (last.set == nil || set.skipped != last.set.skipped) {
		k.logger.Warn("keys of the issuer were left out: they cannot be parsed, are not for signatures, or are too weak",
			"skipped", set.skipped, "used", len(set.keys))
	}

	jitter := time.Duration(rand.Int64N(int64(keysDue/5))) - keysDue/10 //nolint:gosec // It need not be unpredictable.
	last.set, last.at, last.due = set, now, now.Add(keysDue+jitter)
	k.last.Store(&last)
}

func unavailable(cause error) error { return errors.Join(ErrKeysUnavailable, cause) }

// logFailure logs a failed fetch at most once a minute, with the number of those that were not logged.
func (k *issuerKeys) logFailure(last *fetchedKeys) {
	k.mu.Lock()
	defer k.mu.Unlock()

	if k.ctx.Err() != nil {
		return // The server is shutting down.
	}

	if !k.logged.IsZero() && last.tried.Sub(k.logged) < keysLogInterval {
		k.quiet++

		return
	}

	attributes := []any{"error", shorten(last.err), "failures_not_logged", k.quiet}
	k.logged, k.quiet = last.tried, 0

	if last.usable(last.tried) {
		k.logger.Warn("the issuer's keys cannot be fetched; tokens are verified with the last ones",
			append(attributes, "until", last.at.Add(keysMaxAge))...)
	} else {
		k.logger.Error("tokens cannot be verified", attributes...)
	}
}

// shorten cuts the text of an error: it may have the whole body of a response.
func shorten(err error) error {
	const limit = 300
	if text := err.Error(); len(text) > limit {
		return fmt.Errorf("%.*s…", limit, text)
	}

	return err
}
