package catalog

import (
	"bytes"
	_ "embed"
	"io"
)

//go:embed sample.csv
var sample []byte

// Sample returns a catalog file that is part of the program: a few real products with the ids that their vendor
// published, and all their apps.
func Sample() io.Reader { return bytes.NewReader(sample) }
