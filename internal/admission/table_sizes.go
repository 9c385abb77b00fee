package admission

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// sizesKept is how long the size of a table is used before it is read again.
const sizesKept = time.Minute

// tableSizes remembers how many rows tenants have. Each size is read by one caller at a time. It is safe for concurrent
// use.
type tableSizes struct {
	now func() time.Time

	mu    sync.Mutex
	known map[tableOfTenant]*tableSize
}

type tableOfTenant struct {
	tenant licensing.ID
	table  string
}

type tableSize struct {
	// reading has an element while the size is being read.
	reading chan struct{}

	rows  int
	until time.Time
}

func newTableSizes(now func() time.Time) *tableSizes {
	return &tableSizes{now: now, known: make(map[tableOfTenant]*tableSize)}
}

// get returns a size, which read reads if it is not known.
func (s *tableSizes) get(ctx context.Context, tenant licensing.ID, table string, read func() (int, error)) (int, error) {
	size := s.entry(tableOfTenant{tenant, table})

	select {
	case size.reading <- struct{}{}:
	case <-ctx.Done():
		return 0, fmt.Errorf("wait for the size of a table: %w", ctx.Err())
	}

	defer func() { <-size.reading }()

	if now := s.now(); now.After(size.until) {
		rows, err := read()
		if err != nil {
			return 0, err
		}

		size.rows, size.until = rows, now.Add(sizesKept)
	}

	return size.rows, nil
}

func (s *tableSizes) entry(key tableOfTenant) *tableSize {
	const most = 10_000

	s.mu.Lock()
	defer s.mu.Unlock()

	if s.known[key] == nil {
		if len(s.known) >= most {
			clear(s.known) // They are read again when they are needed.
		}

		s.known[key] = &tableSize{reading: make(chan struct{}, 1)}
	}

	return s.known[key]
}
