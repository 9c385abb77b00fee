package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Product is a product of the catalog.
type Product struct{ licensing.Product }

// NewProduct wraps a product of the domain.
func NewProduct(p licensing.Product) Product { return Product{p} }

// ID returns the global id.
func (p Product) ID() string { return globalid.Encode(licensing.KindProduct, p.Product.ID) }
