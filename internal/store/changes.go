package store

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Change is what one or more transactions of a tenant did that others follow live.
type Change struct {
	// Claims are the claims made under each policy, in the order of their ids.
	Claims map[licensing.ID][]licensing.ID
	// Pools are the products whose license pools changed.
	Pools map[licensing.ID]struct{}
}

const (
	// maxAnnouncedClaims keeps an announcement below the 8,000 bytes that PostgreSQL takes.
	maxAnnouncedClaims = 200
	// maxPendingClaims bounds the memory of announcements that the database does not take.
	maxPendingClaims = 10_000
)

func (c *Change) claimed(claims []licensing.Claim) {
	if c.Claims == nil {
		c.Claims = make(map[licensing.ID][]licensing.ID)
	}

	for _, claim := range claims {
		c.Claims[claim.PolicyID] = append(c.Claims[claim.PolicyID], claim.ID)
	}
}

func (c *Change) poolChanged(product licensing.ID) {
	if c.Pools == nil {
		c.Pools = make(map[licensing.ID]struct{})
	}

	c.Pools[product] = struct{}{}
}

func (c *Change) empty() bool { return len(c.Claims) == 0 && len(c.Pools) == 0 }

func (c *Change) countClaims() int {
	count := 0
	for _, claims := range c.Claims {
		count += len(claims)
	}

	return count
}

func (c *Change) merge(other Change) {
	for policy, claims := range other.Claims {
		if c.Claims == nil {
			c.Claims = make(map[licensing.ID][]licensing.ID)
		}

		c.Claims[policy] = append(c.Claims[policy], claims...)
	}

	for product := range other.Pools {
		c.poolChanged(product)
	}
}

// announcement is a change as it travels between processes.
type announcement struct {
	Tenant shortID `json:"t"`
	// Lost says that there was more than could be told.
	Lost   bool                  `json:"x,omitempty"`
	Claims map[shortID][]shortID `json:"c,omitempty"`
	Pools  []shortID             `json:"p,omitempty"`
}

// shortID is an id in 22 characters.
type shortID licensing.ID

// MarshalText implements [encoding.TextMarshaler].
func (id shortID) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, id[:]), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *shortID) UnmarshalText(text []byte) error {
	raw, err := base64.RawURLEncoding.DecodeString(string(text))
	if err != nil || len(raw) != len(id) {
		return fmt.Errorf("%q is not an id", text)
	}

	copy(id[:], raw)

	return nil
}

// announcements splits a change into parts that are small enough to be told.
func announcements(tenant licensing.ID, change Change, lost bool) []string {
	parts := []announcement{{Tenant: shortID(tenant), Lost: lost}}
	room := maxAnnouncedClaims

	next := func() *announcement {
		if room == 0 {
			parts = append(parts, announcement{Tenant: shortID(tenant)})
			room = maxAnnouncedClaims
		}

		room--

		return &parts[len(parts)-1]
	}

	for policy, claims := range change.Claims {
		for _, claim := range claims {
			part := next()
			if part.Claims == nil {
				part.Claims = make(map[shortID][]shortID)
			}

			part.Claims[shortID(policy)] = append(part.Claims[shortID(policy)], shortID(claim))
		}
	}

	for product := range change.Pools {
		part := next()
		part.Pools = append(part.Pools, shortID(product))
	}

	texts := make([]string, len(parts))

	for i, part := range parts {
		// Ids always have a text.
		text, _ := json.Marshal(part)
		texts[i] = string(text)
	}

	return texts
}

// heard is the reverse of announcements, one part at a time.
func heard(text string) (tenant licensing.ID, change Change, lost bool, err error) {
	var part announcement
	if err := json.Unmarshal([]byte(text), &part); err != nil {
		return licensing.ID{}, Change{}, false, fmt.Errorf("read an announcement: %w", err)
	}

	for policy, claims := range part.Claims {
		if change.Claims == nil {
			change.Claims = make(map[licensing.ID][]licensing.ID)
		}

		for _, claim := range claims {
			change.Claims[licensing.ID(policy)] = append(change.Claims[licensing.ID(policy)], licensing.ID(claim))
		}
	}

	for _, product := range part.Pools {
		change.poolChanged(licensing.ID(product))
	}

	return licensing.ID(part.Tenant), change, part.Lost, nil
}
