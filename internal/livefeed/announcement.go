package livefeed

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// maxAnnouncedIDs keeps an announcement below the 8,000 bytes that PostgreSQL accepts.
const maxAnnouncedIDs = 200

// announcement is a change, or a part of one, in the form in which one process sends it to the others.
type announcement struct {
	Tenant shortID `json:"t"`
	// Lost says that the sender dropped changes of this tenant.
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

// encode writes a change as one or more announcements.
func encode(tenant licensing.ID, change Change, lost bool) []string {
	parts := []announcement{{Tenant: shortID(tenant), Lost: lost}}
	room := maxAnnouncedIDs

	partWithRoom := func() *announcement {
		if room == 0 {
			parts = append(parts, announcement{Tenant: shortID(tenant)})
			room = maxAnnouncedIDs
		}

		room--

		return &parts[len(parts)-1]
	}

	for policy, claims := range change.Claims {
		for _, claim := range claims {
			part := partWithRoom()
			if part.Claims == nil {
				part.Claims = make(map[shortID][]shortID)
			}

			part.Claims[shortID(policy)] = append(part.Claims[shortID(policy)], shortID(claim))
		}
	}

	for product := range change.Pools {
		part := partWithRoom()
		part.Pools = append(part.Pools, shortID(product))
	}

	texts := make([]string, len(parts))

	for i, part := range parts {
		text, _ := json.Marshal(part) // It cannot fail: ids always have a text.
		texts[i] = string(text)
	}

	return texts
}

// decode reads one announcement.
func decode(text string) (tenant licensing.ID, change Change, lost bool, err error) {
	var part announcement
	if err := json.Unmarshal([]byte(text), &part); err != nil {
		return licensing.ID{}, Change{}, false, fmt.Errorf("read an announcement: %w", err)
	}

	for policy, claims := range part.Claims {
		for _, claim := range claims {
			change.addClaims(licensing.ID(policy), licensing.ID(claim))
		}
	}

	for _, product := range part.Pools {
		change.AddPool(licensing.ID(product))
	}

	return licensing.ID(part.Tenant), change, part.Lost, nil
}
