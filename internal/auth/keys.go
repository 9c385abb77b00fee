package auth

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// keysInterval and keysBurst limit how often the issuer's keys are fetched. Every token with an unknown key id
	// leads to a fetch, and anybody can send such tokens.
	keysInterval = 5 * time.Second
	keysBurst    = 5
	// maxKeysLength is the largest list of keys, in bytes. It is many times the size of a usual list.
	maxKeysLength = 1 << 20
)

// keyWatcher fetches the issuer's keys with a rate limit, and calls changed when they have changed: tokens whose key
// was withdrawn must leave the cache.
type keyWatcher struct {
	next    http.RoundTripper
	url     string
	now     func() time.Time
	changed func()

	mu      sync.Mutex
	limiter *rate.Limiter
	// last is the result of the last request. It is used again while the rate limit allows no request.
	last struct {
		header http.Header
		keys   []byte
		sum    [sha256.Size]byte
		err    error
	}
}

func newKeyWatcher(next http.RoundTripper, url string, now func() time.Time, changed func()) *keyWatcher {
	return &keyWatcher{
		next: next, url: url, now: now, changed: changed, limiter: rate.NewLimiter(rate.Every(keysInterval), keysBurst),
	}
}

// RoundTrip implements [http.RoundTripper]. go-oidc's key set makes one call at a time.
func (w *keyWatcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.String() != w.url {
		return w.next.RoundTrip(r) //nolint:wrapcheck // The caller adds context.
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	if w.limiter.AllowN(w.now(), 1) {
		w.fetch(r)
	}

	if w.last.err != nil {
		return nil, w.last.err
	}

	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.last.header.Clone(), Body: io.NopCloser(bytes.NewReader(w.last.keys)),
		ContentLength: int64(len(w.last.keys)), Request: r,
	}, nil
}

func (w *keyWatcher) fetch(r *http.Request) {
	header, keys, err := w.get(r)
	if w.last.err = err; err != nil {
		return
	}

	w.last.header, w.last.keys = header, keys
	if sum := sha256.Sum256(keys); sum != w.last.sum {
		w.last.sum = sum
		w.changed()
	}
}

func (w *keyWatcher) get(r *http.Request) (header http.Header, keys []byte, err error) {
	response, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, nil, fmt.Errorf("fetch the keys: %w", err)
	}

	keys, err = io.ReadAll(io.LimitReader(response.Body, maxKeysLength+1))
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}

	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read the keys: %w", err)
	case response.StatusCode != http.StatusOK:
		return nil, nil, fmt.Errorf("fetch the keys: %s", response.Status)
	case len(keys) > maxKeysLength:
		return nil, nil, fmt.Errorf("the keys have more than %d bytes", maxKeysLength)
	}

	return response.Header, keys, nil
}
