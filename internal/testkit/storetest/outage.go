package storetest

import (
	"errors"
	"math"
	"net"
	"sync/atomic"
	"syscall"

	"gorm.io/gorm"
)

// Outage makes the statements of a store fail as if the database could not be reached. Open the store with it as a
// plugin; see [store.WithPlugin]. It is safe for concurrent use.
type Outage struct{ left atomic.Int64 }

// NewOutage returns an outage that has not begun.
func NewOutage() *Outage {
	o := new(Outage)
	o.End()

	return o
}

// BeginAfter lets some more statements succeed. All others fail until [Outage.End].
func (o *Outage) BeginAfter(statements int) { o.left.Store(int64(statements)) }

// End lets statements succeed again.
func (o *Outage) End() { o.left.Store(math.MaxInt64) }

// Name implements [gorm.Plugin].
func (*Outage) Name() string { return "outage" }

// Initialize implements [gorm.Plugin].
func (o *Outage) Initialize(db *gorm.DB) error {
	fail := func(tx *gorm.DB) {
		if o.left.Add(-1) < 0 {
			_ = tx.AddError(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
		}
	}
	on := db.Callback()

	return errors.Join(
		on.Query().Before("gorm:query").Register("outage", fail), on.Row().Before("gorm:row").Register("outage", fail),
		on.Raw().Before("gorm:raw").Register("outage", fail),
	)
}
