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
	Rows int
	// Products and Apps are in order of their vendor ids.
	Products []Product
	Apps     []App
	// Skipped are rows that repeat others.
	Skipped []Note
	// Chosen are names that were chosen from several.
	Chosen []Note
}

// Product is a product of the file with the vendor ids of its apps, in their order.
type Product struct {
	VendorID   uuid.UUID
	Code, Name string
	Apps       []uuid.UUID
}

// App is an app of the file.
type App struct {
	VendorID   uuid.UUID
	Code, Name string
}

// Note is a message for the operator about a line of the file.
type Note struct {
	Line int
	Text string
}

// ProductApps counts the pairs of a product and an app that it includes.
func (f *File) ProductApps() int {
	count := 0
	for _, product := range f.Products {
		count += len(product.Apps)
	}

	return count
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

func columnNames() []string {
	return []string{
		"Product_Display_Name", "String_Id", "GUID",
		"Service_Plan_Name", "Service_Plan_Id", "Service_Plans_Included_Friendly_Names",
	}
}

// Read reads a vendor's file; see [csvfile.Read] for the format. If the file is broken, the error names the lines at
// fault.
func Read(r io.Reader) (*File, error) {
	c := newCollector()
	if err := csvfile.Read(r, "the catalog file", columnNames(), c.add); err != nil {
		return nil, err
	}

	return c.file()
}
