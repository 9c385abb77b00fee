package main

import (
	"os"
	"runtime/debug"
)

// tuneMemory makes Go collect garbage less often while the heap is small: requests allocate much, and little of it
// stays. The environment variables GOGC and GOMEMLIMIT take precedence.
func tuneMemory() {
	const (
		percent = 400
		limit   = 192 << 20
	)

	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}

	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
