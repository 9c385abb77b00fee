// Package catalog reads the file in which a vendor publishes its products and their apps, and imports it into the
// catalog.
//
// In vendors' files, some products and apps have several names, because of renames and mistakes. The import takes
// the name that most rows have, and of equally frequent names the first in byte order. So the choice does not depend
// on the order of the rows.
package catalog

import (
	"io"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/csvfile"
)

// File is the content of a vendor's file.
type File struct {
	// Rows counts all rows with content, including skipped ones.
	Rows int
	// Products and Apps are in order of their vendor ids.
	Products []Product
	Apps     []App
	// Repeated are rows that say again what another row says.
	Repeated csvfile.Notes
	// Skipped are rows that could not be read.
	Skipped csvfile.Notes
	// Chosen are names that were chosen from several.
	Chosen csvfile.Notes

	// incomplete has the products of which a row was skipped, by vendor id. If a skipped row does not even tell its
	// product, then all products may be incomplete.
	incomplete    map[uuid.UUID]bool
	allIncomplete bool
}

// Product is a product of the file with the vendor ids of its apps, in their order. Code and Name are empty if no row has
// one.
type Product struct {
	VendorID   uuid.UUID
	Code, Name string
	Apps       []uuid.UUID
}

// App is an app of the file. Code and Name are empty if no row has one.
type App struct {
	VendorID   uuid.UUID
	Code, Name string
}

// ProductApps counts the pairs of a product and an app that it includes.
func (f *File) ProductApps() int {
	count := 0
	for _, product := range f.Products {
		count += len(product.Apps)
	}

	return count
}

// complete says whether the file lists all apps of a product, as far as one can tell.
func (f *File) complete(product uuid.UUID) bool {
	return !f.allIncomplete && !f.incomplete[product]
}

// The file's columns.
const (
	columnProductName = iota
	columnProductCode
	columnProductID
	columnAppCode
	columnAppID
	columnAppName
)

// columns returns the columns with their names in the vendor's current edition, and with those in other editions and in
// what the vendor's programs export.
func columns() []csvfile.Column {
	return []csvfile.Column{
		{Name: "Product_Display_Name", Aliases: []string{"Product name", "Product names", "Product", "SKU display name"}},
		{Name: "String_Id", Aliases: []string{"SKU part number", "Product string ID", "SKU code", "Product code"}},
		{Name: "GUID", Aliases: []string{"SKU ID", "SKU GUID", "Product ID", "Product GUID"}},
		{Name: "Service_Plan_Name", Aliases: []string{"Service plan", "Service plans included", "Service plan code"}},
		{Name: "Service_Plan_Id", Aliases: []string{"Service plan GUID", "Service plan IDs"}},
		{
			Name: "Service_Plans_Included_Friendly_Names",
			Aliases: []string{
				"Service plans included friendly name", "Service plan friendly name", "Service plan friendly names",
				"Service plan display name",
			},
		},
	}
}

func columnName(column int) string { return columns()[column].Name }

// source tells where the vendor has the file.
const source = "The vendor's page 'Product names and service plan identifiers for licensing' has the link to the CSV file."

// Read reads a vendor's file within the default limits; see [csvfile.Read] for the format. If the file is broken, the
// error names the lines at fault.
func Read(r io.Reader) (*File, error) { return ReadWithin(r, csvfile.DefaultLimits()) }

// ReadWithin reads a vendor's file within other limits.
func ReadWithin(r io.Reader, limits csvfile.Limits) (*File, error) {
	c := newCollector()

	report, err := csvfile.Read(r, csvfile.Format{
		What: "the catalog file", Columns: columns(), Source: source, Limits: limits,
	}, c.add)
	if err != nil {
		return nil, err
	}

	return c.file(report)
}
