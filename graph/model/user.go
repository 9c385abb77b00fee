package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// User is a user of a tenant.
type User struct{ licensing.User }

// NewUser wraps a user of the domain.
func NewUser(u licensing.User) User { return User{u} }

// ID returns the global id.
func (u User) ID() string { return globalid.Encode(licensing.KindUser, u.User.ID) }
