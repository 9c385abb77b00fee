// Package requestid puts the id of a request into its context, from where logs, errors and audit events get it.
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

// New returns a new random id.
func New() string { return rand.Text() }

// Valid says whether an id that a client sent may be used: 1 to 128 ASCII letters, digits, dots, dashes and
// underscores, so that it cannot forge log lines.
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
