package catalog

import (
	"bytes"
	_ "embed"
	"io"
)

//go:embed sample.csv
var sample []byte

// Sample returns the file that comes with the program: a handful of real products with the ids that
// their vendor published, and all their apps.
func Sample() io.Reader { return bytes.NewReader(sample) }
