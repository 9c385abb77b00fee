// Package auth verifies bearer tokens, identifies callers, and holds the table of who may do what.
package auth

import (
	"context"
	"time"
)

// Role allows a caller to do more than read and claim their own licenses.
type Role string

// The roles.
const (
	// RoleGlobalAdmin may do everything in its tenant.
	RoleGlobalAdmin Role = "GLOBAL_ADMIN"
	// RoleGlobalReader may read everything in its tenant.
	RoleGlobalReader Role = "GLOBAL_READER"
	// RoleReportsReader may read claim reports.
	RoleReportsReader Role = "REPORTS_READER"
	// RoleSignInService may claim licenses for any user of its tenant, and do nothing else.
	RoleSignInService Role = "SIGN_IN_SERVICE"
)

// AllRoles returns every role.
func AllRoles() []Role {
	return []Role{RoleGlobalAdmin, RoleGlobalReader, RoleReportsReader, RoleSignInService}
}

// Roles is a set of roles; the zero value is empty.
type Roles uint8

// NewRoles returns a set of the roles. It leaves out roles that do not exist.
func NewRoles(roles ...Role) Roles {
	var set Roles

	for _, role := range roles {
		set |= role.bit()
	}

	return set
}

func (r Role) bit() Roles {
	for i, role := range AllRoles() {
		if role == r {
			return 1 << i
		}
	}

	return 0
}

// Has says whether the role is in the set.
func (r Roles) Has(role Role) bool { return r&role.bit() != 0 }

// List returns the roles of the set.
func (r Roles) List() []Role {
	roles := make([]Role, 0, len(AllRoles()))

	for _, role := range AllRoles() {
		if r.Has(role) {
			roles = append(roles, role)
		}
	}

	return roles
}

// Identity is what a verified token says about its bearer.
type Identity struct {
	// TenantExternalID is the identity provider's id of the organization.
	TenantExternalID string
	// UserExternalID is the identity provider's id of the user or of the service.
	UserExternalID string
	// DisplayName and Email are empty if the token does not have them.
	DisplayName string
	Email       string
	Roles       Roles
	// RolesOmitted says that the token names its groups elsewhere, because they are too many, so it has no roles.
	RolesOmitted bool
	ExpiresAt    time.Time
}

// TokenError means that a token is not valid. Its text may be shown to clients: it has no part of the token.
type TokenError struct{ Reason string }

// Error returns the reason.
func (e *TokenError) Error() string { return e.Reason }

// Verifier turns tokens into identities.
type Verifier interface {
	// Verify returns the identity of a token's bearer. It returns a *TokenError if the token is not valid,
	// ErrKeysUnavailable if the issuer's keys cannot be fetched, and ErrUnknownTenant if the issuer may not speak for the
	// organization.
	Verify(ctx context.Context, token string) (Identity, error)
	// Ready returns an error until the keys of an issuer have been fetched, and tries to fetch them.
	Ready(ctx context.Context) error
	// CacheStats returns how often a token was found in the cache.
	CacheStats() CacheStats
	// Close ends fetches of keys that are in progress, and waits for them. Verify must not be called after it.
	Close()
}
