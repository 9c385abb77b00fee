package server

import (
	"context"
	"fmt"
	"sync"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// ErrUnknownTenant means that a token is valid, but its organization is not a tenant of this server.
var ErrUnknownTenant = auth.ErrUnknownTenant

// Authenticator returns the function for [Config.Authenticate]. It verifies tokens and finds the tenants of their
// organizations. It caches the tenants' ids, which never change.
func Authenticator(
	verifier auth.Verifier, db *store.Store,
) func(ctx context.Context, token string) (auth.Caller, error) {
	var tenantIDs sync.Map // Maps external ids to values of licensing.ID.

	return func(ctx context.Context, token string) (auth.Caller, error) {
		identity, err := verifier.Verify(ctx, token)
		if err != nil {
			return auth.Caller{}, fmt.Errorf("verify the token: %w", err)
		}

		known, ok := tenantIDs.Load(identity.TenantExternalID)
		if !ok {
			tenant, err := db.TenantByExternalID(ctx, identity.TenantExternalID)
			if licensing.IsNotFound(err) {
				return auth.Caller{}, ErrUnknownTenant
			}

			if err != nil {
				return auth.Caller{}, fmt.Errorf("find the tenant: %w", err)
			}

			known = tenant.ID
			tenantIDs.Store(identity.TenantExternalID, known)
		}

		id, _ := known.(licensing.ID)

		return auth.Caller{Identity: identity, TenantID: id}, nil
	}
}
