// Package requestid carries the id of a request from the HTTP edge to logs, errors and audit events.
package requestid

import (
	"context"
	"crypto/rand"
)

const maxLength = 128

type key struct{}

// With returns a context that carries the id.
func With(ctx context.Context, id string) context.Context { return context.WithValue(ctx, key{}, id) }

// From returns the id that the context carries, or "".
func From(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)

	return id
}

// New returns a fresh id.
func New() string { return rand.Text() }

// Valid says whether an id from outside may be used: 1 to 128 letters, digits, dots, dashes and
// underscores, which no log can misread.
func Valid(id string) bool {
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}

	return id != "" && len(id) <= maxLength
}
