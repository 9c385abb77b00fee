package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/test/faults/testbed"
)

// `make faults-safeguards` takes too long for every commit. This test fails at once if code that it edits has moved.
func TestTheEditsThatDisableSafeguardsMatchTheSourceCode(t *testing.T) {
	edits := testbed.ClockEdits()
	for _, guard := range safeguards() {
		edits = append(edits, guard.edits...)
	}

	for _, edit := range edits {
		source, err := os.ReadFile(filepath.Join("..", "..", edit.File))
		require.NoError(t, err)
		assert.Contains(t, string(source), edit.From, edit.File)
	}
}
