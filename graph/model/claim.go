package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Claim is the fact that a user got a license under a policy.
type Claim struct{ licensing.Claim }

// NewClaim wraps a claim of the domain.
func NewClaim(c licensing.Claim) Claim { return Claim{c} }

// ID returns the global id.
func (c Claim) ID() string { return globalid.Encode(licensing.KindClaim, c.Claim.ID) }

// MissedClaim is a user whom a policy turned away.
type MissedClaim struct{ licensing.MissedClaim }

// NewMissedClaim wraps a missed claim of the domain.
func NewMissedClaim(m licensing.MissedClaim) MissedClaim { return MissedClaim{m} }

// ID returns the global id.
func (m MissedClaim) ID() string { return globalid.Encode(licensing.KindMissedClaim, m.MissedClaim.ID) }
