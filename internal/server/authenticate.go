package server

import (
	"context"
	"fmt"
	"sync"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Authenticator returns the function for [Config.Authenticate]: it verifies tokens and finds the tenants
// of their organizations, whose ids never change and are kept in memory.
func Authenticator(
	verifier auth.Verifier, db *store.Store,
) func(ctx context.Context, token string) (graph.Caller, error) {
	var tenants sync.Map // From external id to licensing.ID.

	return func(ctx context.Context, token string) (graph.Caller, error) {
		identity, err := verifier.Verify(ctx, token)
		if err != nil {
			return graph.Caller{}, fmt.Errorf("verify the token: %w", err)
		}

		known, ok := tenants.Load(identity.TenantExternalID)
		if !ok {
			tenant, err := db.TenantByExternalID(ctx, identity.TenantExternalID)
			if store.IsNotFound(err) {
				return graph.Caller{}, ErrUnknownTenant
			}

			if err != nil {
				return graph.Caller{}, fmt.Errorf("find the tenant: %w", err)
			}

			known = tenant.ID
			tenants.Store(identity.TenantExternalID, known)
		}

		id, _ := known.(licensing.ID)

		return graph.Caller{Identity: identity, TenantID: id}, nil
	}
}
