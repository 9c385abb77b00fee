// Package catalog reads the file in which a vendor publishes its products and the apps they include,
// and brings the catalog up to date with it.
//
// Vendors' files give some products and apps several names, through renames and slips. The name that
// most rows give wins; of those that equally many rows give, the first in byte order. So the choice
// does not depend on the order of the rows.
package catalog

import (
	"io"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/csvfile"
)

// File is what a vendor's file says.
type File struct {
	Rows int
	// Products and Apps are in order of their vendor ids.
	Products []Product
	Apps     []App
	// Skipped are rows that say nothing new.
	Skipped []Note
	// Chosen are names that had to be chosen.
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

// Note is something that an operator may want to know, and the line of the file that it is about.
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

// Read reads a vendor's file as [csvfile.Read] describes. A broken file is an error that names its lines;
// nothing of it is returned.
func Read(r io.Reader) (*File, error) {
	c := newCollector()
	if err := csvfile.Read(r, "the catalog file", columnNames(), c.add); err != nil {
		return nil, err
	}

	return c.file()
}
