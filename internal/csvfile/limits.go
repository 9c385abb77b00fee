package csvfile

const (
	// DefaultMaxFileSize is many times the size of the largest known file, in bytes.
	DefaultMaxFileSize = 64 << 20
	// DefaultMaxSkipped is the largest share of a file's rows that may be skipped, in percent.
	DefaultMaxSkipped = 10

	// maxRow is the longest row, in bytes. It bounds how much a quote that is not closed can swallow.
	maxRow = 64 << 10
	// alwaysSkipped is how many rows of a small file may be skipped, though never more than half of them.
	alwaysSkipped = 10
)

// Limits bound what a file may cost, and how much of it may be wrong.
type Limits struct {
	// MaxFileSize is the size of the largest file, in bytes.
	MaxFileSize int64
	// MaxSkipped is the largest share of rows that may be skipped, in percent. If it is not 0, ten rows may be skipped in
	// any case, but not more than half of all rows.
	MaxSkipped int
}

// DefaultLimits returns the limits that hold unless an operator chooses others.
func DefaultLimits() Limits {
	return Limits{MaxFileSize: DefaultMaxFileSize, MaxSkipped: DefaultMaxSkipped}
}

// allowed returns how many of so many rows may be skipped.
func (l Limits) allowed(rows int) int {
	const percent, half = 100, 2

	if l.MaxSkipped == 0 {
		return 0
	}

	return max(rows*l.MaxSkipped/percent, min(alwaysSkipped, rows/half))
}
