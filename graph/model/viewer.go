package model

import "github.com/autoclaim/autoclaim/internal/auth"

// Viewer is the caller.
type Viewer struct{ auth.Identity }

// ExternalID returns the identity provider's id of the caller.
func (v Viewer) ExternalID() string { return v.UserExternalID }

// Roles returns the caller's roles.
func (v Viewer) Roles() []auth.Role { return v.Identity.Roles.List() }
