package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// License is a user's license of a product.
type License struct {
	licensing.License

	// LoadedProduct is the license's product if it has been read already, or nil.
	LoadedProduct *licensing.Product
}

// NewLicense wraps a license of the domain.
func NewLicense(l licensing.License) License { return License{License: l} }

// ID returns the global id.
func (l License) ID() string { return globalid.Encode(licensing.KindLicense, l.License.ID) }
