package licensing

import "github.com/google/uuid"

// Product is what is bought: a collection of apps. A vendor calls it a SKU.
type Product struct {
	ID ID
	// VendorID is the vendor's SKU id.
	VendorID uuid.UUID
	// Code is the vendor's short name. It is not unique.
	Code string
	Name string
}

// ProductApp says that a product includes an app. The table product_apps keeps these.
type ProductApp struct {
	ProductID, AppID ID
}
