package auth

import (
	"context"
	"errors"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ErrUnknownTenant means that a token is valid, but its organization is not a tenant of this server.
var ErrUnknownTenant = errors.New("the organization is not a tenant")

// Caller is the sender of a request: an identity, and the tenant that its organization is.
type Caller struct {
	Identity

	TenantID licensing.ID
}

type callerKey struct{}

// WithCaller returns a context of a request that the caller sent.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerFrom returns the caller who sent the context's request. ok is false if the request has not been
// authenticated.
func CallerFrom(ctx context.Context) (caller Caller, ok bool) {
	caller, ok = ctx.Value(callerKey{}).(Caller)

	return caller, ok
}
