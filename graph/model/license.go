package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// License is a user's license of a product.
type License struct{ licensing.License }

// NewLicense wraps a license of the domain.
func NewLicense(l licensing.License) License { return License{l} }

// ID returns the global id.
func (l License) ID() string { return globalid.Encode(licensing.KindLicense, l.License.ID) }
