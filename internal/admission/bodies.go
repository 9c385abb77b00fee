package admission

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	// firstBytesOfBody is the room for the first bytes of a body. Most bodies are smaller.
	firstBytesOfBody = 2 << 10
	// largeBody is the size from which the parsing of a body takes longer than most requests take as a whole, in bytes.
	largeBody = 64 << 10
	// parseWait is how long a large body waits for a turn to be parsed.
	parseWait          = 2 * time.Second
	defaultBodyBytes   = 1 << 20
	defaultBodiesBytes = 64 << 20
)

// Bodies bounds the bytes of one request body, and of all request bodies that are in memory at the same time. It
// counts the bytes that have arrived, not those that a client announces. It is safe for concurrent use.
type Bodies struct {
	largest int64
	shares  *Shares
	turns   *DatabaseTurns
}

// NewBodies returns a bound of largest bytes for one body, and of together bytes for all bodies, which tenants and
// principals share. If they are zero, they are 1 MiB and 64 MiB. A large body takes one of the turns while it is parsed:
// parsing keeps a CPU busy as long as a report does. Without turns, it does not wait.
func NewBodies(largest, together int64, turns *DatabaseTurns) *Bodies {
	largest = cmp.Or(largest, defaultBodyBytes)

	return &Bodies{largest: largest, shares: NewShares(max(cmp.Or(together, defaultBodiesBytes), largest)), turns: turns}
}

// Read reads the whole body of a request of the context's caller; length is the number of bytes that the client
// announced, or -1. It returns a [*Refusal] if the body is too large, if it would exceed the bound on all bodies together,
// if it does not arrive, or if it is large and its turn does not come in time. Call release when the body has been parsed,
// before the operation takes turns; it may be called more than once. Without a caller, nothing is read.
func (b *Bodies) Read(
	ctx context.Context, body io.Reader, length int64,
) (text []byte, release func(), refusal *Refusal) {
	caller, ok := auth.CallerFrom(ctx)
	if !ok {
		return nil, func() {}, nil
	}

	held := heldBytes{shares: b.shares, who: principalOf(caller), most: b.largest + 1}
	if length >= 0 {
		held.most = min(held.most, length+1)
	}

	text, refusal = b.read(&held, body)
	if refusal != nil {
		held.release()

		return nil, held.release, refusal
	}

	if len(text) < largeBody || b.turns == nil {
		return text, held.release, nil
	}

	ctx, cancel := context.WithTimeout(ctx, parseWait)
	defer cancel()

	end, err := b.turns.Take(ctx, caller.TenantID)
	if err != nil {
		held.release()

		return nil, held.release, overloaded()
	}

	return text, sync.OnceFunc(func() {
		end()
		held.release()
	}), nil
}

func (b *Bodies) read(held *heldBytes, body io.Reader) (text []byte, refusal *Refusal) {
	for {
		if len(text) == cap(text) {
			var ok bool
			if text, ok = held.grow(text); !ok {
				return nil, overloaded()
			}
		}

		n, err := body.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]

		switch {
		case int64(len(text)) > b.largest:
			return nil, refuse(http.StatusRequestEntityTooLarge, apierror.BadInput(
				"The request has more than %d bytes. Send less at a time.", b.largest))
		case int64(len(text)) == held.most:
			return nil, refuse(http.StatusBadRequest, apierror.BadInput(
				"The request's body is longer than its Content-Length."))
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			return nil, refuse(http.StatusBadRequest, apierror.BadInput(
				"The request's body did not arrive. Send it again."))
		}
	}
}

// heldBytes are the bytes that one body has taken of the shares.
type heldBytes struct {
	shares *Shares
	who    principal
	bytes  int64
	// most is the most bytes that the body can need: one more than it can have, to see its end.
	most int64
}

// grow returns the text with twice the room. ok is false if the principal does not get that many bytes.
func (h *heldBytes) grow(text []byte) (grown []byte, ok bool) {
	size := min(max(firstBytesOfBody, 2*int64(cap(text))), h.most) //nolint:mnd // Twice the room.

	if more := size - h.bytes; more > 0 {
		if !h.shares.take(h.who, more) {
			return text, false
		}

		h.bytes = size
	}

	grown = make([]byte, len(text), size)
	copy(grown, text)

	return grown, true
}

func (h *heldBytes) release() {
	if h.bytes > 0 {
		h.shares.give(h.who, h.bytes)
		h.bytes = 0
	}
}
