package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/test/faults/checker"
)

// machine is where the runs took place.
func machine(ctx context.Context) string {
	version := "PostgreSQL of unknown version"

	if postgres, err := testdb.Program("postgres"); err == nil {
		if said, err := exec.CommandContext(ctx, postgres, "--version").Output(); err == nil { //nolint:gosec // Ours.
			version = strings.TrimSpace(string(said))
		}
	}

	return fmt.Sprintf("%d cores, %s/%s, %s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), version)
}

// row is a line of the table.
type row struct {
	name                                    string
	runs, injected, calls, open             int
	claimed, changed, lost, twice, over, no int
	away, back                              time.Duration
}

func (w *row) add(r result) {
	w.runs++
	w.injected += r.injected
	w.calls += r.calls
	w.open += r.open
	w.claimed += r.claimed
	w.changed += r.changed
	w.lost += r.count(checker.Lost)
	w.twice += r.count(checker.GivenTwice)
	w.over += r.count(checker.OverAllocated)
	w.no += len(r.broken) - r.count(checker.Lost) - r.count(checker.GivenTwice) - r.count(checker.OverAllocated)
	w.away = max(w.away, r.away)
	w.back = max(w.back, r.back)
}

func printHeader() {
	printRow("fault", "runs", "faults", "calls", "without answer", "claims acknowledged", "changes acknowledged",
		"lost", "given twice", "over-allocated", "other", "longest away", "longest until back")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
}

func printRow(cells ...string) { fmt.Println("| " + strings.Join(cells, " | ") + " |") }

func (w *row) print() {
	figures := []int{w.runs, w.injected, w.calls, w.open, w.claimed, w.changed, w.lost, w.twice, w.over, w.no}
	cells := []string{w.name}

	for _, figure := range figures {
		cells = append(cells, fmt.Sprint(figure))
	}

	printRow(append(cells, fmt.Sprintf("%.2f s", w.away.Seconds()), fmt.Sprintf("%.2f s", w.back.Seconds()))...)
}

// total is the sum of the rows.
type total struct{ row }

func (t *total) add(w row) {
	t.runs += w.runs
	t.injected += w.injected
	t.calls += w.calls
	t.open += w.open
	t.claimed += w.claimed
	t.changed += w.changed
	t.lost += w.lost
	t.twice += w.twice
	t.over += w.over
	t.no += w.no
	t.away = max(t.away, w.away)
	t.back = max(t.back, w.back)
}

func (t *total) print(took time.Duration) {
	t.name = "all"
	t.row.print()
	fmt.Printf("\nIt took %v.\n", took.Round(time.Second))
}

// tell says what a run showed.
func (t *theater) tell(f fault, r result) {
	if t.verbose || len(r.broken) > 0 {
		fmt.Fprintf(os.Stderr, "%s, seed %d: %d calls, failures %v, away %v, back after %v, broken %d\n", f.name, r.seed, r.calls, r.failures, r.away, r.back, len(r.broken))
	}
}

// log is where servers log to. Under faults they have much to complain about.
func (t *theater) log() io.Writer {
	if t.verbose {
		return os.Stderr
	}

	return io.Discard
}

// summary tells the first of many errors.
func summary(errs []error) error {
	const enough = 20
	if more := len(errs) - enough; more > 0 {
		errs = append(errs[:enough:enough], fmt.Errorf("and %d more", more))
	}

	return errors.Join(errs...)
}
