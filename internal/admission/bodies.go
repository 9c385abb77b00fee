package admission

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/sync/semaphore"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// maxBytesOfBodies bounds the bytes of all request bodies that are in memory at the same time.
const maxBytesOfBodies = 64 << 20

// Bodies bounds the bytes of one request body, and of all request bodies that are in memory at the same time. It
// is safe for concurrent use.
type Bodies struct {
	largest int64
	free    *semaphore.Weighted
}

// NewBodies returns a bound of largest bytes for one body, and of 64 MiB for all together.
func NewBodies(largest int64) *Bodies {
	return &Bodies{largest: largest, free: semaphore.NewWeighted(max(maxBytesOfBodies, largest))}
}

// Read is middleware that reads the whole body into memory before next runs. It refuses a body that is too large,
// and one that would exceed the bound on all bodies together.
func (b *Bodies) Read(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := b.largest
		if r.ContentLength >= 0 {
			size = min(size, r.ContentLength)
		}

		if !b.free.TryAcquire(size) {
			apierror.WriteOverloaded(w, r)

			return
		}
		defer b.free.Release(size)

		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, b.largest))

		var tooLarge *http.MaxBytesError

		switch {
		case errors.As(err, &tooLarge):
			apierror.Write(w, r, http.StatusRequestEntityTooLarge, apierror.CodeBadUserInput,
				fmt.Sprintf("The request has more than %d bytes. Send less at a time.", tooLarge.Limit))

			return
		case err != nil:
			apierror.Write(w, r, http.StatusBadRequest, apierror.CodeBadUserInput,
				"The request's body did not arrive. Send it again.")

			return
		}

		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
